using Akka.Persistence;

namespace Federated.Coordinator.Actors;

/// <summary>Looks for a journal that nobody writes, and ends. The first look of a process takes half a second: it connects, makes missing tables and compiles the
/// queries. A node that still joins has that time; a node that has just become active has not.</summary>
internal sealed class JournalWarmUpActor : ReceivePersistentActor
{
    public JournalWarmUpActor() => Recover<RecoveryCompleted>(_ => Context.Stop(Self));

    public override string PersistenceId => "warm-up";

    public static Akka.Actor.Props Props() => Akka.Actor.Props.Create(() => new JournalWarmUpActor());

    // A journal that is away is the business of whoever needs it: this actor stops all the same.
    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
    }
}
