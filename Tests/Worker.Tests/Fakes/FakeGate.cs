using Federated.Core.Jobs;
using Federated.V1;
using Federated.Worker.Governance;

namespace Federated.Worker.Tests.Fakes;

/// <summary>A gate in the test's words; what it is asked to let go waits for the test where that says so.</summary>
internal sealed class FakeGate : IDepartureGate
{
    public Exception? Admission { get; init; }

    public string? TaskRefusal { get; init; }

    public string? CoordinatorRefusal { get; init; }

    public Func<Departure, string, Task> LetGo { get; init; } = (_, _) => Task.CompletedTask;

    public string? CheckCoordinator(string? host, string transferAddress) => CoordinatorRefusal;

    public void Admit(string run, JobSpec job)
    {
        if (Admission is not null) throw Admission;
    }

    public string? CheckTask(TaskId id) => TaskRefusal;

    public Task LetGoAsync(Departure departure, string to) => LetGo(departure, to);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
