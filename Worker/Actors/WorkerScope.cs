using System.Collections.Immutable;
using Akka.Actor;
using Federated.Core.Jobs;
using Federated.Core.Privacy;
using Federated.Engine;
using Federated.Worker.Governance;
using Federated.Worker.Grpc;
using Federated.Worker.Options;
using Federated.Worker.SecureAggregation;
using Federated.Worker.State;
using Federated.Worker.Tasks;

namespace Federated.Worker.Actors;

/// <summary>What all actors of a worker share. Every member is thread-safe or immutable.</summary>
/// <param name="Options">Checked options.</param>
/// <param name="Engine">Opens runs.</param>
/// <param name="ReadJob">Reads a complete job; throws <see cref="EngineException"/> with all errors.</param>
/// <param name="Transfer">The data plane.</param>
/// <param name="Timings">Delays and limits.</param>
/// <param name="Time">Measures work.</param>
internal sealed record WorkerScope(
    WorkerOptions Options, IEngine Engine, Func<string, JobSpec> ReadJob, ITransfer Transfer, WorkerTimings Timings, TimeProvider Time)
{
    /// <value>Everything that leaves passes it first. Default: whatever it is may leave.</value>
    public IDepartureGate Gate { get; init; } = OpenGate.Instance;

    /// <value>Where keys, masks and roundings come from. Default: the operating system.</value>
    public ISecureRandom Random { get; init; } = SystemRandom.Instance;

    /// <value>With what clients sign, and whose signatures they take. Default: nobody's.</value>
    public MaskingIdentities Identities { get; init; } = MaskingIdentities.None;

    /// <summary>What clients keep between rounds.</summary>
    public ClientStates States { get; } = new(Options.StateDir);
}

/// <summary>What the actors of one open run share beside that.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Worker">The worker's shared things.</param>
/// <param name="Engine">The opened engine.</param>
/// <param name="Parameters">The run's parameter cache.</param>
/// <param name="Trainers">The worker's trainers.</param>
/// <param name="States">What the run's clients keep between rounds.</param>
internal sealed record RunScope(
    string Run, WorkerScope Worker, SharedRunEngine Engine, IActorRef Parameters, IActorRef Trainers, ClientStateStore States)
{
    /// <value>Clients that are slower on purpose, in a simulation; else empty.</value>
    public ImmutableHashSet<string> Slow { get; init; } = [];
}
