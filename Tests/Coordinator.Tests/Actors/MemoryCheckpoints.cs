using System.Collections.Concurrent;
using System.Globalization;
using Federated.Coordinator.Storage;
using Federated.Core.Algorithms;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>A store that fails when the test wants it to, and shows what is in it. The real stores have tests of their own.</summary>
internal sealed class MemoryCheckpoints : ICheckpointStore
{
    public ConcurrentDictionary<string, ServerState> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Writes that fail from now on.</summary>
    public int FailingWrites { get; set; }

    /// <summary>Reads that fail from now on, since the store is away.</summary>
    public int FailingReads { get; set; }

    /// <summary>Writes that no store could do.</summary>
    public int ImpossibleWrites { get; set; }

    public static string NameOf(ulong epoch, int round) => string.Create(CultureInfo.InvariantCulture, $"round-{round}-epoch-{epoch}");

    public Task<Checkpoint> WriteAsync(string run, ulong epoch, ServerState state, CancellationToken cancellation)
    {
        if (ImpossibleWrites > 0)
        {
            ImpossibleWrites--;
            throw new ArgumentException("The parameters have NaN among them.");
        }
        if (FailingWrites > 0)
        {
            FailingWrites--;
            throw new IOException("No space left on device.");
        }
        var name = NameOf(epoch, state.Round);
        Files[$"{run}/{name}"] = state;
        return Task.FromResult(new Checkpoint { Name = name, Sha256 = "0", ParametersSha256 = state.Parameters.Hash, Bytes = 8 });
    }

    public Task<CheckpointRead> ReadAsync(string run, Checkpoint checkpoint, int round, CancellationToken cancellation)
    {
        if (FailingReads > 0)
        {
            FailingReads--;
            throw new IOException("The server is away.");
        }
        return Task.FromResult(Files.TryGetValue($"{run}/{checkpoint.Name}", out var state)
            ? new CheckpointRead(state, "")
            : new CheckpointRead(null, $"Checkpoint {checkpoint.Name} is missing."));
    }

    public Task DeleteAsync(string run, IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        foreach (var name in names) Files.TryRemove($"{run}/{name}", out _);
        return Task.CompletedTask;
    }

    public Task SweepAsync(string run, ulong epoch, IReadOnlyCollection<string> kept, CancellationToken cancellation) => Task.CompletedTask;
}
