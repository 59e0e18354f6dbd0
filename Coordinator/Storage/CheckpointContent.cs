using System.Collections.Immutable;
using System.Globalization;
using System.Numerics.Tensors;
using Federated.Core.Algorithms;
using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Mapping;

namespace Federated.Coordinator.Storage;

/// <summary>What is in a checkpoint, wherever it is kept: a safetensors file of the model and the slots, with the round in its metadata.
/// Thread-safe.</summary>
internal static class CheckpointContent
{
    private const string RoundKey = "round";
    private const int BufferBytes = 64 * 1024;

    /// <summary>The name under which a state is written.</summary>
    /// <exception cref="ArgumentException">The run's id cannot be one, the epoch or the round is out of range, or a value is NaN or infinite: no
    /// round may start from such a state.</exception>
    public static CheckpointName NameOf(string run, ulong epoch, ServerState state)
    {
        CheckRun(run);
        ArgumentOutOfRangeException.ThrowIfZero(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(state.Round);
        foreach (var (name, values) in state.Slots.Append(new KeyValuePair<string, ReadOnlyMemory<float>>("parameters", state.Parameters.Values)))
            if (!TensorPrimitives.IsFiniteAll(values.Span))
                throw new ArgumentException($"The {name} of run {run} after round {state.Round} have NaN or infinity among them.", nameof(state));
        return new(state.Round, epoch);
    }

    /// <summary>Says that text is no run's id, so that no path can hide in one.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void CheckRun(string run)
    {
        if (TaskIds.CheckRun(run) is { } wrong) throw new ArgumentException(wrong, nameof(run));
    }

    /// <summary>Says that something is no checkpoint's name.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void CheckNames(IEnumerable<string> names)
    {
        foreach (var name in names)
            if (!CheckpointName.TryParse(name, out _)) throw new ArgumentException($"'{name}' is not the name of a checkpoint.", nameof(names));
    }

    /// <summary>Writes a state. The same state gives the same bytes.</summary>
    public static async Task<Checkpoint> WriteAsync(Stream stream, CheckpointName name, ServerState state, CancellationToken cancellation)
    {
        await using var hashing = new HashingStream(stream);
        var metadata = ImmutableDictionary<string, string>.Empty.Add(RoundKey, state.Round.ToString(CultureInfo.InvariantCulture));
        await Safetensors.WriteAsync(hashing, new SafetensorsFile(state.Parameters, state.Slots, metadata), cancellation);
        return new()
        {
            Name = name.ToString(),
            Sha256 = hashing.Sha256,
            ParametersSha256 = state.Parameters.Hash,
            Bytes = (ulong)hashing.Bytes,
        };
    }

    /// <summary>What is wrong with asking for a checkpoint, before any byte is read; null when nothing is.</summary>
    public static string? CheckName(Checkpoint checkpoint, int round) =>
        !CheckpointName.TryParse(checkpoint.Name, out var name) ? $"'{checkpoint.Name}' is not the name of a checkpoint."
        : name.Round != round ? $"Checkpoint '{checkpoint.Name}' is of round {name.Round}, not {round}."
        : null;

    /// <summary>What is wrong with a length; null when it is the one that was written.</summary>
    public static string? CheckLength(string place, long length, Checkpoint checkpoint) =>
        (ulong)length == checkpoint.Bytes ? null
        : (ulong)length < checkpoint.Bytes ? $"{place} is torn: it has {length} of the {checkpoint.Bytes} bytes that were written."
        : $"{place} is longer than what was written: it has {length} bytes instead of {checkpoint.Bytes}.";

    /// <summary>Reads and verifies. Exceptions are those of the stream and cancellation.</summary>
    /// <param name="stream">Its length is known to be the checkpoint's, so that this bounds the memory taken.</param>
    /// <param name="place">Begins the sentence when something is wrong: what the stream is and where.</param>
    /// <param name="checkpoint">What was written.</param>
    /// <param name="round">The round that it is of.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<CheckpointRead> ReadAsync(Stream stream, string place, Checkpoint checkpoint, int round, CancellationToken cancellation)
    {
        await using var hashing = new HashingStream(stream);
        var read = await Safetensors.ReadFileAsync(hashing, (long)checkpoint.Bytes, cancellation);
        // Reading stops where the content stops making sense; the hash of all of it says whether it is the content that was written.
        var rest = new byte[BufferBytes];
        while ((ulong)hashing.Bytes <= checkpoint.Bytes && await hashing.ReadAsync(rest, cancellation) > 0) { }

        if (CheckLength(place, hashing.Bytes, checkpoint) is { } length) return new(null, length);
        if (hashing.Sha256 != checkpoint.Sha256)
            return new(null, $"{place} was changed: its SHA-256 is {hashing.Sha256}, that of what was written is {checkpoint.Sha256}.");
        if (!read.Ok) return new(null, $"{place} is not a checkpoint: {char.ToLowerInvariant(read.Error[0])}{read.Error[1..]}");
        if (read.File.Parameters.Hash != checkpoint.ParametersSha256)
            return new(null, $"{place} has the parameters {read.File.Parameters.Hash}; {checkpoint.ParametersSha256} are expected.");
        return read.File.Metadata.GetValueOrDefault(RoundKey) == round.ToString(CultureInfo.InvariantCulture)
            ? new(new(round, read.File.Parameters, read.File.Slots), "")
            : new(null, $"{place} is of round {read.File.Metadata.GetValueOrDefault(RoundKey, "(none)")}; {round} is expected.");
    }
}
