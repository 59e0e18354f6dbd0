using System.Diagnostics;
using System.Numerics.Tensors;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Engine;
using Federated.V1;
using Federated.Wire.Mapping;
using Federated.Wire.Streams;
using Federated.Worker.State;

namespace Federated.Worker.Tasks;

/// <summary>What a task asks of the engine, on the calling thread. No actor, no network. What the client keeps is on the disk when a result is
/// returned.</summary>
internal static class TaskWork
{
    private const int UnusableCharacters = 200_000;

    /// <summary>Does a task.</summary>
    /// <param name="task">Its id has been checked.</param>
    /// <param name="job">The run's job.</param>
    /// <param name="engine">The run's engine.</param>
    /// <param name="parameters">The round's parameters; null for initialise and statistics.</param>
    /// <param name="states">What the run's clients keep.</param>
    /// <param name="time">Measures the engine's own work.</param>
    /// <param name="cancellation">Checked by the engine between steps.</param>
    /// <exception cref="EngineException">The engine cannot do it, now or ever.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TaskResult Execute(
        AssignTask task, JobSpec job, IRunEngine engine, ParameterVector? parameters, ClientStateStore states, TimeProvider time,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (task.Id.Kind == TaskKind.Initialise) return Initialise(task.Id, job, engine, time);
        if (task.Id.Kind == TaskKind.Statistics) return Statistics(task.Id, engine, time, cancellation);
        if (parameters is null) return TaskResult.Failed(task.Id, $"The {Name(task.Id)} came without parameters.", permanent: false);
        return task.Id.Kind switch
        {
            TaskKind.Train => Train(task, job, engine, parameters, states, time, cancellation),
            TaskKind.Evaluate => Evaluate(task, engine, parameters, time, cancellation),
            _ => throw new UnreachableException($"Task of kind {task.Id.Kind}."),
        };
    }

    /// <summary>A task for people, as the middle of a sentence.</summary>
    public static string Name(TaskId id) => id.Kind switch
    {
        TaskKind.Initialise => $"initialise task of run {id.Run}",
        TaskKind.Statistics => $"statistics task of client '{id.Client}' of run {id.Run}",
        TaskKind.Train => $"train task of client '{id.Client}' in round {id.Round} of run {id.Run}",
        _ when id.Client.Length > 0 => $"evaluate task of client '{id.Client}' in round {id.Round} of run {id.Run}",
        _ => $"evaluate task of slice {id.Slice} in round {id.Round} of run {id.Run}",
    };

    private static UploadResult Initialise(TaskId id, JobSpec job, IRunEngine engine, TimeProvider time)
    {
        var started = time.GetTimestamp();
        var initial = engine.InitialParameters();
        var seconds = Seconds(time, started);
        var initialised = new Initialised { TestExamples = (ulong)engine.TestExamples, Goal = engine.Goal.ToProto() };
        initialised.Schema.AddRange(initial.Schema.ToProto());
        // With local placement each worker knows only its own clients; those come with its Hello.
        if (job.Data.Placement == Placement.Shared)
        {
            initialised.Clients.AddRange(engine.Clients.Select(client => new DataClient { Id = client.Id, Examples = (ulong)client.Examples }));
            // All of them are one message.
            var length = Math.Clamp(UnusableCharacters / Math.Max(1, engine.Faults.Length), 200, TaskReports.MaxReasonLength);
            initialised.Unusable.AddRange(engine.Faults.Take(UploadHeaders.MaxUnusable)
                .Select(fault => new UnusableClient { Id = fault.Client, Reason = TaskResult.Cut(fault.Reason, length) }));
        }
        var header = new UploadHeader { Id = id, SchemaHash = initial.Schema.Hash, ComputeSeconds = seconds, Initialised = initialised };
        return new(header, initial.Values, Buffer: null);
    }

    private static ReportResult Statistics(TaskId id, IRunEngine engine, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var moments = engine.Moments(id.Client, cancellation);
        return new(new TaskReport { Id = id, ComputeSeconds = Seconds(time, started), Moments = moments.ToProto() });
    }

    private static TaskResult Train(
        AssignTask task, JobSpec job, IRunEngine engine, ParameterVector parameters, ClientStateStore states, TimeProvider time, CancellationToken cancellation)
    {
        var id = task.Id;
        try
        {
            var kept = states.Load(id.Client, checked((int)id.Round), (int)Math.Min(task.StateRound, int.MaxValue));
            return kept.State is null
                ? TaskResult.Failed(id, kept.Error, permanent: true)
                : Train(id, job, engine, parameters, states, kept, time, cancellation);
        }
        catch (ArithmeticException e)
        {
            // An algorithm's numbers are undefined for what this client has.
            return TaskResult.Failed(id, $"Client '{id.Client}' in round {id.Round}: {e.Message}", permanent: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return TaskResult.Failed(
                id,
                $"What client '{id.Client}' keeps between rounds could not be read or written in round {id.Round}: {e.Message} "
                + "Check the worker's state-dir.",
                permanent: false);
        }
    }

    private static TaskResult Train(
        TaskId id, JobSpec job, IRunEngine engine, ParameterVector parameters, ClientStateStore states, ClientStateRead kept, TimeProvider time,
        CancellationToken cancellation)
    {
        var buffer = new UpdateBuffer(engine.UpdateSchema.Count);
        try
        {
            var started = time.GetTimestamp();
            var outcome = engine.Train(id.Client, checked((int)id.Round), parameters.Values, buffer.Values, kept.State!, cancellation);
            var seconds = Seconds(time, started);
            // The largest magnitude is NaN where any value is: one pass finds NaN and infinity.
            if (!float.IsFinite(TensorPrimitives.MaxMagnitude<float>(buffer.Values.Span)) || !double.IsFinite(outcome.Update.Training.LossSum)
                || outcome.Update.State is { } diverged && !IsFinite(diverged))
            {
                buffer.Return();
                return TaskResult.Failed(
                    id,
                    $"Client '{id.Client}' diverged in round {id.Round}: its update or loss is not finite. "
                    + "Lower training.optimizer.learning_rate or set training.clip_norm.",
                    permanent: false);
            }
            // Also where it stays what it was: the next round asks for the state of this one.
            if ((outcome.Update.State ?? (AlgorithmCatalog.Find(job.Federation.Algorithm.Name).KeepsClientState ? kept.State : null)) is { } next)
            {
                cancellation.ThrowIfCancellationRequested();
                // Before anybody can count the update: what was counted and what the client keeps may not differ after a crash.
                states.Save(id.Client, (int)id.Round, checked((int)id.Attempt), kept.Base, next);
            }
            var header = new UploadHeader
            {
                Id = id,
                SchemaHash = engine.UpdateSchema.Hash,
                Examples = (ulong)outcome.Update.Examples,
                Weight = outcome.Update.Weight ?? 0,
                ComputeSeconds = seconds,
            };
            if (!job.Privacy.Differential.KeepsFigures)
            {
                header.Training = outcome.Update.Training.ToProto();
                header.Validation = outcome.Validation?.ToProto();
                header.Personal = outcome.Personal?.ToProto();
            }
            return new UploadResult(header, buffer.Values, buffer) { Labels = outcome.Labels };
        }
        catch
        {
            buffer.Return();
            throw;
        }
    }

    private static ReportResult Evaluate(
        AssignTask task, IRunEngine engine, ParameterVector parameters, TimeProvider time, CancellationToken cancellation)
    {
        var id = task.Id;
        if (id.Client.Length == 0 && id.Slice >= task.Slices)
            return TaskResult.Failed(id, $"There is no slice {id.Slice} of {task.Slices} of the test set.", permanent: false);
        var started = time.GetTimestamp();
        var (sums, tallies) = id.Client.Length == 0
            ? engine.EvaluateTest(parameters.Values, checked((int)id.Slice), checked((int)task.Slices), cancellation)
            : engine.EvaluateClient(id.Client, parameters.Values, cancellation);
        var seconds = Seconds(time, started);
        if (tallies.Sum(tally => tally.Indices.Length) is var entries && entries > TallyMapping.MaxEntries)
            return TaskResult.Failed(id, $"The evaluation has {entries} entries of tallies, and at most {TallyMapping.MaxEntries} can be reported: it has too many classes.", permanent: true);
        return double.IsFinite(sums.LossSum)
            ? new ReportResult(new TaskReport { Id = id, ComputeSeconds = seconds, Metrics = sums.ToProto(), Tallies = { tallies.ToProto() } })
            : TaskResult.Failed(id, $"The loss is not finite in round {id.Round}: the global model has diverged.", permanent: false);
    }

    private static bool IsFinite(ClientState state) =>
        state.Vectors.Values.All(values => values.IsEmpty || float.IsFinite(TensorPrimitives.MaxMagnitude(values.Span)));

    private static double Seconds(TimeProvider time, long started) => time.GetElapsedTime(started).TotalSeconds;
}
