using System.Collections.Immutable;

namespace Federated.Engine.Data;

/// <summary>Reads data in which each client has files of its own, so that a file that cannot be used costs nobody but its client.</summary>
internal static class ClientFiles
{
    private const int MostLines = 20;

    /// <summary>Reads every client's file.</summary>
    /// <param name="files">One a client, who is called as the file without its ending.</param>
    /// <param name="read">Reads a file, or throws <see cref="EngineException"/>.</param>
    /// <returns>What was read, in the order of the files, and whose could not be.</returns>
    /// <exception cref="EngineException">No file can be used.</exception>
    public static (List<(string Client, string File, T Content)> Read, ImmutableArray<ClientFault> Faults) Read<T>(IReadOnlyCollection<string> files, Func<string, T> read)
    {
        var (contents, faults) = (new List<(string, string, T)>(), ImmutableArray.CreateBuilder<ClientFault>());
        foreach (var file in files)
        {
            try
            {
                contents.Add((Path.GetFileNameWithoutExtension(file), file, read(file)));
            }
            catch (EngineException unusable)
            {
                faults.Add(new(Path.GetFileNameWithoutExtension(file), unusable.Message));
            }
        }
        return contents.Count > 0 ? (contents, faults.ToImmutable()) : throw new EngineException(Told(faults));
    }

    /// <summary>Sets aside whose files have other columns than most have.</summary>
    /// <param name="read">At least one file.</param>
    /// <param name="columns">The names of a file's columns.</param>
    public static (List<(string Client, string File, T Content)> Alike, ImmutableArray<ClientFault> Faults) Alike<T>(
        List<(string Client, string File, T Content)> read, Func<T, ImmutableArray<string>> columns)
    {
        // Of equally frequent ones the first file's.
        var common = read.GroupBy(one => string.Join('\n', columns(one.Content)), StringComparer.Ordinal).MaxBy(group => group.Count())!;
        var model = common.First();
        return ([.. common], [.. read.Where(one => !columns(one.Content).SequenceEqual(columns(model.Content))).Select(one => new ClientFault(one.Client,
            $"{one.File}, line 1: it has the columns {string.Join(", ", columns(one.Content))}, and {model.File} has {string.Join(", ", columns(model.Content))}: give all the same, in the same order."))]);
    }

    /// <summary>All reasons in one message of bounded length.</summary>
    public static string Told(IEnumerable<ClientFault> faults)
    {
        string[] lines = [.. faults.SelectMany(fault => fault.Reason.Split('\n')).Take(MostLines + 1)];
        return string.Join('\n', lines.Take(MostLines)) + (lines.Length > MostLines ? $"\n  Only the first {MostLines} lines are shown." : "");
    }
}
