using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Engine.Data;
using Federated.V1;
using Federated.Wire.Mapping;
using Federated.Worker.State;
using Federated.Worker.Tasks;
using Federated.Worker.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace Federated.Worker.Tests.Tasks;

public sealed class TaskWorkTests : WorkerTestKit
{
    // Every look at the clock takes a second: the engine's work lies between two.
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };

    [Fact]
    public void Initialise_gives_parameters_schema_clients_and_test_set()
    {
        var result = Assert.IsType<UploadResult>(Execute(Initialise()));

        Assert.Equal([1f, 2f, 3f, 4f], result.Values.ToArray());
        Assert.Equal(FakeEngine.TheSchema.Hash, result.Header.SchemaHash);
        Assert.Equal(7ul, result.Header.Initialised.TestExamples);
        Assert.Equal(new Goal { Objective = ObjectiveKind.Classification, Classes = { "no", "yes" } }, result.Header.Initialised.Goal);
        Assert.Equal([("a", 10ul), ("b", 20ul)], result.Header.Initialised.Clients.Select(client => (client.Id, client.Examples)));
        Assert.Null(SchemaMapping.Read(result.Header.Initialised.Schema, 4, out var schema));
        Assert.Equal(FakeEngine.TheSchema, schema);
        Assert.Equal(1, result.Header.ComputeSeconds);
    }

    [Fact]
    public void Initialise_tells_whose_data_cannot_be_used_in_a_message_of_bounded_size()
    {
        var engine = new FakeEngine { Faults = [.. Enumerable.Range(0, 1200).Select(number => new ClientFault($"c{number}", new string('x', 3000)))] };

        var unusable = Assert.IsType<UploadResult>(Execute(Initialise(), engine: engine)).Header.Initialised.Unusable;

        Assert.Equal((1000, "c0", 200), (unusable.Count, unusable[0].Id, unusable[0].Reason.Length));
    }

    [Fact]
    public void Initialise_with_local_placement_names_no_clients()
    {
        var result = Assert.IsType<UploadResult>(Execute(Initialise(), job: new JobSpec { Data = new DataSpec { Placement = Placement.Local } }));

        Assert.Empty(result.Header.Initialised.Clients);
    }

    [Fact]
    public void Statistics_gives_the_moments_of_the_clients_features_without_parameters()
    {
        var task = new AssignTask { Id = new TaskId { Run = "run", Attempt = 1, Client = "ab", Kind = TaskKind.Statistics } };

        var result = Assert.IsType<ReportResult>(TaskWork.Execute(task, new JobSpec(), new FakeEngine(), parameters: null, States, _time, CancellationToken.None));

        Assert.Equal(new Moments { Counts = { 2, 2 }, Sums = { 1.5, -2.5 }, Deviations = { 0.25, 0 } }, result.Report.Moments);
        Assert.Equal(1, result.Report.ComputeSeconds);
    }

    [Fact]
    public void Train_gives_the_update_with_weight_and_metrics()
    {
        var task = Train(round: 3);

        var result = Assert.IsType<UploadResult>(Execute(task));

        Assert.Equal([13f, 23f, 33f, 43f], result.Values.ToArray());
        Assert.Equal(task.Id, result.Header.Id);
        Assert.Equal(10ul, result.Header.Examples);
        Assert.Equal(new Metrics { Examples = 30, LossSum = 12.5, Correct = 25 }, result.Header.Training);
        Assert.Equal(new Metrics { Examples = 3, LossSum = 1.5, Correct = 2 }, result.Header.Validation);
        Assert.Equal(new Metrics { Examples = 3, LossSum = 0.75, Correct = 3 }, result.Header.Personal);
        Assert.Equal(1, result.Header.ComputeSeconds);
    }

    [Theory]
    [InlineData(PrivacyMechanism.None, true)]
    [InlineData(PrivacyMechanism.Central, true)]
    [InlineData(PrivacyMechanism.Tree, true)]
    [InlineData(PrivacyMechanism.Local, false)]
    [InlineData(PrivacyMechanism.Example, false)]
    public void What_was_measured_leaves_only_where_the_coordinator_is_trusted(PrivacyMechanism mechanism, bool leaves)
    {
        var job = new JobSpec { Privacy = new() { Differential = new() { Mechanism = mechanism, NoiseMultiplier = 1 } } };

        var header = Assert.IsType<UploadResult>(Execute(Train(round: 3), job: job)).Header;

        Assert.Equal((leaves, leaves, leaves), (header.Training is not null, header.Validation is not null, header.Personal is not null));
    }

    [Fact]
    public void Update_has_the_shape_and_the_weight_that_its_algorithm_says()
    {
        var longer = new ParameterSchema([new TensorSpec("w", [2, 2]), new TensorSpec("control/w", [2, 2])]);
        var result = Assert.IsType<UploadResult>(Execute(Train(), new FakeEngine { UpdateSchema = longer, Weight = 0.25 }));

        Assert.Equal([11f, 21f, 31f, 41f, 11f, 21f, 31f, 41f], result.Values.ToArray());
        Assert.Equal((longer.Hash, 10ul, 0.25), (result.Header.SchemaHash, result.Header.Examples, result.Header.Weight));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Train_that_diverges_fails_with_a_remedy(float offset)
    {
        var result = Assert.IsType<ReportResult>(Execute(Train(), new FakeEngine { Offset = _ => offset }));

        Assert.Equal(
            "Client 'a' diverged in round 1: its update or loss is not finite. Lower training.optimizer.learning_rate or set training.clip_norm.",
            result.Report.Failure.Reason);
        Assert.False(result.Report.Failure.Permanent);
    }

    [Fact]
    public void Train_that_keeps_nothing_makes_no_files()
    {
        Execute(Train());

        Assert.False(Directory.Exists(StateDir));
    }

    [Fact]
    public void Round_that_is_trained_again_gives_the_same_bits_until_it_is_committed()
    {
        var engine = new FakeEngine { Counts = true };

        var (first, again, attempt) = (Values(Train(round: 1), engine), Values(Train(round: 1), engine), Values(Train(round: 1, attempt: 2), engine));

        Assert.Equal([11f, 21f, 31f, 41f], first);
        Assert.Equal(first, again);
        Assert.Equal(first, attempt);
    }

    [Fact]
    public async Task Next_round_begins_with_what_the_client_kept_of_the_committed_one()
    {
        var engine = new FakeEngine { Counts = true };
        Values(Train(round: 1), engine);
        await States.CommittedAsync(1, 0, []);

        var second = Values(Train(round: 2, stateRound: 1), engine);

        Assert.Equal([13f, 23f, 33f, 43f], second);
        // And so it does when that round is trained once more.
        Assert.Equal(second, Values(Train(round: 2, stateRound: 1), engine));
    }

    [Fact]
    public void State_that_the_task_names_and_the_worker_does_not_have_fails_the_task_in_plain_words()
    {
        var failure = Assert.IsType<ReportResult>(Execute(Train(round: 5, stateRound: 3), new FakeEngine { Counts = true })).Report.Failure;

        Assert.True(failure.Permanent);
        Assert.Equal(
            "The state that client 'a' kept in round 3 is not in this worker's state-dir, and round 5 cannot be trained without it. "
            + "Start the worker with the folder that has it; without that the client takes no part in the run any more.",
            failure.Reason);
    }

    [Fact]
    public void State_of_an_update_that_was_not_counted_is_not_used()
    {
        var engine = new FakeEngine { Counts = true };
        Values(Train(round: 1), engine);

        // Without the round before: 2 more than the model of round 1, and nothing for rounds before.
        Assert.Equal([12f, 22f, 32f, 42f], Values(Train(round: 2), engine));
    }

    [Fact]
    public void Client_of_an_algorithm_with_states_whose_state_stays_what_it_was_keeps_it_under_the_new_round()
    {
        var job = new JobSpec { Federation = new() { Algorithm = new() { Name = "scaffold" } } };

        Execute(Train(round: 1), new FakeEngine(), job);

        Assert.Equal(["round-001.attempt-1.state"], Directory.GetFiles(StateDir, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file)));
    }

    [Fact]
    public void State_that_diverges_fails_the_task_and_is_not_kept()
    {
        var result = Assert.IsType<ReportResult>(Execute(Train(), new FakeEngine { Counts = true, StateOffset = _ => float.NaN }));

        Assert.Contains("diverged", result.Report.Failure.Reason);
        Assert.False(Directory.Exists(StateDir));
    }

    [Fact]
    public async Task Torn_state_fails_the_task_with_the_file_and_the_remedy()
    {
        var engine = new FakeEngine { Counts = true };
        Values(Train(round: 1), engine);
        await States.CommittedAsync(1, 0, []);
        var file = Directory.GetFiles(StateDir, "*", SearchOption.AllDirectories).Single();
        await File.WriteAllBytesAsync(file, (await File.ReadAllBytesAsync(file))[..^7]);

        var failure = Assert.IsType<ReportResult>(Execute(Train(round: 2, stateRound: 1), engine)).Report.Failure;

        Assert.True(failure.Permanent);
        Assert.Equal(
            $"The kept state of client 'a' cannot be used: '{file}' is torn or was changed: it ends within its values. "
            + "Restore the file; without it the client takes no part in the run any more.",
            failure.Reason);
    }

    [Fact]
    public void State_that_cannot_be_written_fails_the_task_for_now()
    {
        File.WriteAllText(StateDir, "no folder");
        try
        {
            var failure = Assert.IsType<ReportResult>(Execute(Train(), new FakeEngine { Counts = true })).Report.Failure;

            Assert.False(failure.Permanent);
            Assert.Contains("client 'a'", failure.Reason);
            Assert.Contains("state-dir", failure.Reason);
        }
        finally
        {
            File.Delete(StateDir);
        }
    }

    [Fact]
    public void Evaluate_without_client_measures_a_slice_of_the_test_set()
    {
        var result = Assert.IsType<ReportResult>(Execute(Evaluate(slice: 2, slices: 4)));

        Assert.Equal(new Metrics { Examples = 4, LossSum = 2.5, Correct = 2 }, result.Report.Metrics);
    }

    [Fact]
    public void Evaluate_with_client_measures_its_own_share()
    {
        var task = Evaluate();
        task.Id.Client = "abc";

        var result = Assert.IsType<ReportResult>(Execute(task));

        Assert.Equal(new Metrics { Examples = 3, LossSum = 0.25, Correct = 1 }, result.Report.Metrics);
        Assert.Equal(new NamedSums { Name = "top5", Steps = { 0, 1 }, Counts = { 2, 3 } }, Assert.Single(result.Report.Tallies));
    }

    [Fact]
    public void Evaluate_of_a_slice_that_does_not_exist_fails()
    {
        var result = Assert.IsType<ReportResult>(Execute(Evaluate(slice: 4, slices: 4)));

        Assert.Equal("There is no slice 4 of 4 of the test set.", result.Report.Failure.Reason);
    }

    [Fact]
    public void Train_without_parameters_fails()
    {
        var result = Assert.IsType<ReportResult>(TaskWork.Execute(Train(), new JobSpec(), new FakeEngine(), null, States, _time, default));

        Assert.Contains("without parameters", result.Report.Failure.Reason);
    }

    [Fact]
    public void Failure_reason_is_cut_at_the_contracts_limit()
    {
        var failed = TaskResult.Failed(Train().Id, new string('x', 5000), permanent: true);

        Assert.Null(TaskReports.Check(failed.Report));
        Assert.Equal(TaskReports.MaxReasonLength, failed.Report.Failure.Reason.Length);
    }

    private float[] Values(AssignTask task, FakeEngine engine) => Assert.IsType<UploadResult>(Execute(task, engine)).Values.ToArray();

    private ClientStateStore States => new(Run, Path.Combine(StateDir, Run));

    private TaskResult Execute(AssignTask task, FakeEngine? engine = null, JobSpec? job = null) =>
        TaskWork.Execute(task, job ?? new JobSpec(), engine ?? new FakeEngine(), Global, States, _time, default);
}
