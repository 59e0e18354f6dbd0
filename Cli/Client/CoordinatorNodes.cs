using System.Collections.Concurrent;
using Federated.Wire;
using Grpc.Core;

namespace Federated.Cli.Client;

/// <summary>The nodes of a coordinator, of which one serves. Asks one after the other, the one that served last before all, and goes where a
/// standby says that the active one is. Safe for concurrent use.</summary>
/// <param name="addresses">At least one.</param>
internal sealed class CoordinatorNodes(IReadOnlyList<Uri> addresses) : IDisposable
{
    private readonly ConcurrentDictionary<Uri, CoordinatorNode> _nodes = new();
    private volatile Uri _served = addresses[0];

    /// <summary>Asks until a node answers. What is asked may be done twice, when an answer is lost.</summary>
    /// <param name="ask">The question. It may be put to each node once.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <param name="run">The run in question, for messages; "" for none.</param>
    /// <exception cref="Terminal.CommandException">No node serves, and the message says of each why; or one refuses what is asked.</exception>
    public async Task<T> AskAsync<T>(Func<CoordinatorNode, Task<T>> ask, CancellationToken cancellation, string run = "")
    {
        var ahead = new LinkedList<Uri>([_served, .. addresses]);
        var asked = new HashSet<Uri>();
        var faults = new List<NodeFault>();
        while (ahead.First is { Value: var address })
        {
            ahead.RemoveFirst();
            if (!asked.Add(address)) continue;
            try
            {
                var answer = await ask(_nodes.GetOrAdd(address, at => new CoordinatorNode(at)));
                _served = address;
                return answer;
            }
            catch (RpcException e)
            {
                var fault = new NodeFault(address, e);
                if (cancellation.IsCancellationRequested || !fault.AnotherMayServe) throw fault.Explain(cancellation, run);
                faults.Add(fault);
                if (ActiveTrailer.Read(e.Trailers) is { } active) ahead.AddFirst(active);
            }
        }
        throw NodeFault.NobodyServes(faults);
    }

    public void Dispose()
    {
        foreach (var node in _nodes.Values) node.Dispose();
    }
}
