using System.Threading.Channels;
using Federated.Coordinator.Actors;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>Coordinators that die and come back on the same journal, while their only worker lives on. The worker is a probe: the test decides what is answered,
/// and when.</summary>
public abstract class RecoveryTest : ProbedRunTest
{
    protected RecoveryTest() => StartCoordinator();

    private protected Channel<RunEvent> Events { get; set; } = Channel.CreateUnbounded<RunEvent>();

    private protected void StartCoordinator() => Runs = Sys.ActorOf(RunsActor.Props(Settings));

    private protected async Task StopAsync()
    {
        Watch(Runs);
        Sys.Stop(Runs);
        await ExpectTerminatedAsync(Runs);
    }

    private protected async Task RestartAsync()
    {
        await StopAsync();
        // What the old one had sent.
        while (Worker.HasMessages) Worker.ReceiveOne();
        StartCoordinator();
        await Ask<ListReply>(Runs, GetRuns.Instance);
    }

    private protected override async Task Submit(JobSpec job) => Run = (await Ask<JobQueued>(Runs, Submission(job))).Run;

    /// <summary>Trains a round, and measures what is to be measured meanwhile: the model of round 2 is the best.</summary>
    private protected async Task RoundWithEvaluation(uint round)
    {
        var trained = 0;
        while (trained < 2)
        {
            var task = Tasks(1).Single();
            await Measure(task);
            if (task.Id.Kind == TaskKind.Train && task.Id.Round == round && ++trained > 0) await Train(task);
        }
    }

    private protected async Task Measure(AssignTask task)
    {
        if (task.Id.Kind == TaskKind.Evaluate) await Offer(Runs, Measured(task.Id, 600, task.Id.Round == 2 ? 500ul : 300ul));
    }

    private protected async Task<RunDetails> Details() => (await Find<RunDetails>(Runs, new GetRun(Run)))!;

    private protected Task Eventually(Func<RunDetails, bool> holds) => AwaitConditionAsync(async () => holds(await Details()), TimeSpan.FromSeconds(10));

    private protected async Task<Channel<RunEvent>> Watch()
    {
        var channel = Channel.CreateUnbounded<RunEvent>();
        Assert.NotNull(await Find<RunSummary>(Runs, new WatchRun(Run, 0, channel.Writer)));
        return channel;
    }

    private protected async Task<string> Notice(string start)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
            if (await Events.Reader.ReadAsync(limit.Token) is { EventCase: RunEvent.EventOneofCase.Notice } next && next.Notice.StartsWith(start, StringComparison.Ordinal))
                return next.Notice;
    }
}
