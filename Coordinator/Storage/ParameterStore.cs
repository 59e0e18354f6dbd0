using System.Collections.Concurrent;
using Federated.Core.Parameters;

namespace Federated.Coordinator.Storage;

/// <summary>The parameters that workers may fetch now, by run and content hash. Runs publish and retire, the download service reads. Thread-safe; a reader
/// that holds a vector keeps it although it is retired meanwhile.</summary>
public sealed class ParameterStore
{
    private readonly ConcurrentDictionary<(string Run, string Sha256), ParameterVector> _vectors = new();

    /// <summary>From now on the vector can be fetched under its hash. Publishing the same again changes nothing.</summary>
    public void Publish(string run, ParameterVector parameters) => _vectors[(run, parameters.Hash)] = parameters;

    /// <summary>The vector, or null when it is not handed out (any more).</summary>
    /// <param name="run">The run that it belongs to.</param>
    /// <param name="sha256">Lower-case hex, as <see cref="ParameterVector.Hash"/>.</param>
    public ParameterVector? TryGet(string run, string sha256) => _vectors.GetValueOrDefault((run, sha256));

    /// <summary>Nobody needs the vector any more. Unknown ones are ignored.</summary>
    public void Retire(string run, string sha256) => _vectors.TryRemove((run, sha256), out _);

    /// <summary>Nobody needs any vector of the run any more.</summary>
    public void RetireRun(string run)
    {
        foreach (var key in _vectors.Keys)
            if (key.Run == run)
                _vectors.TryRemove(key, out _);
    }
}
