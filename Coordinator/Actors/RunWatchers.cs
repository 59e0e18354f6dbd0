using System.Threading.Channels;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>Those who watch a run. Belongs to one actor; who reads the channels does not matter to it. A channel that takes nothing more is forgotten.</summary>
internal sealed class RunWatchers
{
    private readonly List<ChannelWriter<RunEvent>> _writers = [];

    public bool Any => _writers.Count > 0;

    /// <summary>Starts with what has happened so far.</summary>
    public void Add(ChannelWriter<RunEvent> writer, IEnumerable<RunEvent> soFar)
    {
        if (soFar.All(writer.TryWrite)) _writers.Add(writer);
    }

    public void Remove(ChannelWriter<RunEvent> writer)
    {
        _writers.Remove(writer);
        writer.TryComplete();
    }

    public void Tell(RunEvent next) => _writers.RemoveAll(writer => !writer.TryWrite(next));

    /// <summary>Nothing more will happen, or not here.</summary>
    /// <param name="error">What readers get in the end; null when all has been said.</param>
    public void Complete(Exception? error)
    {
        foreach (var writer in _writers) writer.TryComplete(error);
        _writers.Clear();
    }
}
