using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Worker.Governance;

/// <summary>The gate of a worker without a policy: everything passes, and nothing is written down.</summary>
internal sealed class OpenGate : IDepartureGate
{
    public static readonly OpenGate Instance = new();

    private OpenGate()
    {
    }

    public string? CheckCoordinator(string? host, string transferAddress) => null;

    public void Admit(string run, JobSpec job)
    {
    }

    public string? CheckTask(TaskId id) => null;

    public Task LetGoAsync(Departure departure, string to) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
