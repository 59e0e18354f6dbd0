using Akka.Actor;
using Akka.TestKit;
using Federated.Coordinator.Actors;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>A run whose only worker is a probe: the test decides what is answered, and when.</summary>
public abstract class ProbedRunTest : ActorTest
{
    private IActorRef _session = ActorRefs.Nobody;

    protected ProbedRunTest()
    {
        Worker = CreateTestProbe("worker");
        Worker.IgnoreMessages(message => message is OpenRun or CancelTasks or RoundCommitted or CloseRun);
    }

    private protected TestProbe Worker { get; }

    private protected IActorRef Runs { get; set; } = ActorRefs.Nobody;

    private protected string Run { get; set; } = "";

    private protected abstract Task Submit(JobSpec job);

    private protected void Attach(params string[] clients)
    {
        Runs.Tell(HelloOf("w1", 8, "s1", clients), Worker);
        Worker.ExpectMsg<Welcome>();
        _session = Worker.LastSender;
    }

    private protected async Task Begin(JobSpec job, params (string Id, ulong Examples)[] clients)
    {
        await Submit(job);
        Attach();
        await Offer(Runs, Initialised(Tasks(1).Single().Id, 400, clients.Length > 0 ? clients : [("a", 1), ("b", 1)]));
    }

    private protected AssignTask[] Tasks(int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var task = Worker.ExpectMsg<AssignTask>();
        _session.Tell(new TaskAccepted { Id = task.Id }, Worker);
        return task;
    })];

    private protected async Task Train(params AssignTask[] tasks)
    {
        foreach (var task in tasks)
            Assert.Equal(Refusal.Unspecified, (await Offer(Runs, Update(task.Id, task.Id.Client[^1] == 'a' ? [1f, 0f] : [0f, 2f]))).Refused);
    }

    private protected async Task<(int Round, float First, float Second)> Model()
    {
        var model = (await Find<CommittedModel>(Runs, new GetModel(Run)))!;
        var values = model.Parameters.Values.ToArray();
        return (model.Round, values[0], values[1]);
    }

    /// <summary>Trains a round of two clients; leaves evaluations that come before it unanswered.</summary>
    private protected async Task Round(uint round)
    {
        var tasks = new List<AssignTask>();
        while (tasks.Count < 2)
            if (Tasks(1).Single() is var task && task.Id.Kind == TaskKind.Train && task.Id.Round == round)
                tasks.Add(task);
        await Train([.. tasks]);
    }
}
