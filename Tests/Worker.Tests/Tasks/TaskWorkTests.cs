using Federated.Core.Jobs;
using Federated.V1;
using Federated.Wire.Mapping;
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
        Assert.Equal([("a", 10ul), ("b", 20ul)], result.Header.Initialised.Clients.Select(client => (client.Id, client.Examples)));
        Assert.Null(SchemaMapping.Read(result.Header.Initialised.Schema, 4, out var schema));
        Assert.Equal(FakeEngine.TheSchema, schema);
        Assert.Equal(1, result.Header.ComputeSeconds);
    }

    [Fact]
    public void Initialise_with_local_placement_names_no_clients()
    {
        var result = Assert.IsType<UploadResult>(Execute(Initialise(), job: new JobSpec { Data = new DataSpec { Placement = Placement.Local } }));

        Assert.Empty(result.Header.Initialised.Clients);
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
        Assert.Equal(1, result.Header.ComputeSeconds);
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
        var result = Assert.IsType<ReportResult>(TaskWork.Execute(Train(), new JobSpec(), new FakeEngine(), null, _time, default));

        Assert.Contains("without parameters", result.Report.Failure.Reason);
    }

    [Fact]
    public void Failure_reason_is_cut_at_the_contracts_limit()
    {
        var failed = TaskResult.Failed(Train().Id, new string('x', 5000), permanent: true);

        Assert.Null(TaskReports.Check(failed.Report));
        Assert.Equal(TaskReports.MaxReasonLength, failed.Report.Failure.Reason.Length);
    }

    private TaskResult Execute(AssignTask task, FakeEngine? engine = null, JobSpec? job = null) =>
        TaskWork.Execute(task, job ?? new JobSpec(), engine ?? new FakeEngine(), Global, _time, default);
}
