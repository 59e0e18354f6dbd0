using Federated.Core.Algorithms;
using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Mapping;
using Google.Protobuf;

namespace Federated.Wire.Tests.Mapping;

public sealed class MappingTests
{
    [Fact]
    public void Metrics_come_back_as_they_were()
    {
        var sums = new MetricSums(100, -12.5, 100);

        Assert.Null(MetricsMapping.Read(sums.ToProto(), out var back));
        Assert.Equal(sums, back);
    }

    [Theory]
    [InlineData(1UL, double.NaN, 0UL, Refusal.NotFinite)]
    [InlineData(1UL, double.PositiveInfinity, 0UL, Refusal.NotFinite)]
    [InlineData(1UL, 1e301, 0UL, Refusal.OutOfRange)]
    [InlineData(1UL, 0.0, 2UL, Refusal.Malformed)]
    [InlineData(0UL, 1.0, 0UL, Refusal.Malformed)]
    [InlineData((1UL << 40) + 1, 0.0, 0UL, Refusal.Malformed)]
    [InlineData(ulong.MaxValue, 0.0, ulong.MaxValue, Refusal.Malformed)]
    public void Metrics_that_cannot_be_are_refused(ulong examples, double loss, ulong correct, Refusal expected)
    {
        var refusal = MetricsMapping.Read(new Metrics { Examples = examples, LossSum = loss, Correct = correct }, out var sums);

        Assert.Equal(expected, refusal?.Reason);
        Assert.Equal(default, sums);
        Assert.Equal(expected, refusal!.ToVerdict().Refused);
    }

    [Fact]
    public void Missing_metrics_are_refused() => Assert.Equal(Refusal.Malformed, MetricsMapping.Read(null, out _)?.Reason);

    [Fact]
    public void A_schema_comes_back_equal()
    {
        var schema = new ParameterSchema([new("a|b", [2, 3]), new("ü", []), new("mean", [4], Trainable: false)]);

        Assert.Null(SchemaMapping.Read([.. schema.ToProto()], 11, out var back));
        Assert.Equal(schema, back);
    }

    [Fact]
    public void A_schema_above_the_receivers_cap_is_refused_whatever_its_sizes()
    {
        Assert.NotNull(SchemaMapping.Read([Tensor("a", 2, 3), Tensor("b", 5)], 10, out var none));
        Assert.Null(none);
        Assert.NotNull(SchemaMapping.Read([Tensor("a", uint.MaxValue)], long.MaxValue, out _));
        Assert.NotNull(SchemaMapping.Read([Tensor("a", 1u << 31)], long.MaxValue, out _));
        Assert.NotNull(SchemaMapping.Read([Tensor("a", 65536, 65536, 65536, 65536)], long.MaxValue, out _));
        Assert.NotNull(SchemaMapping.Read([Tensor("a", 2_000_000_000), Tensor("b", 2_000_000_000)], long.MaxValue, out _));
    }

    [Fact]
    public void A_schema_that_cannot_be_is_refused()
    {
        Assert.NotNull(SchemaMapping.Read([], 10, out _));
        Assert.NotNull(SchemaMapping.Read([Tensor("", 1)], 10, out _));
        Assert.NotNull(SchemaMapping.Read([Tensor("a\n", 1)], 10, out _));
        Assert.NotNull(SchemaMapping.Read([Tensor(new string('n', 513), 1)], 10, out _));
        Assert.NotNull(SchemaMapping.Read([Tensor("a", 0)], 10, out _));
        Assert.NotNull(SchemaMapping.Read([Tensor("a", 1), Tensor("a", 1)], 10, out _));
        Assert.NotNull(SchemaMapping.Read([Tensor("a", [.. Enumerable.Repeat(1u, 17)])], 10, out _));
        Assert.NotNull(SchemaMapping.Read([.. Enumerable.Range(0, 65_537).Select(i => Tensor($"{i}"))], 1 << 20, out _));
    }

    [Fact]
    public void Reports_of_metrics_and_failures_pass()
    {
        Assert.Null(TaskReports.Check(Report(TaskKind.Evaluate, report => report.Metrics = new Metrics { Examples = 1, LossSum = 1 })));
        Assert.Null(TaskReports.Check(Report(TaskKind.Train, report => report.Failure = new TaskFailure { Reason = "No data." })));
    }

    [Fact]
    public void Reports_that_break_the_contract_are_refused()
    {
        Assert.Equal(Refusal.Malformed, TaskReports.Check(new TaskReport())?.Reason);
        Assert.Equal(Refusal.Malformed, TaskReports.Check(Report(TaskKind.Train, report => (report.Failure, report.Ticket) = (new TaskFailure { Reason = "No data." }, ByteString.CopyFrom(new byte[17]))))?.Reason);
        Assert.Equal(Refusal.Malformed, TaskReports.Check(Report(TaskKind.Evaluate, _ => { }))?.Reason);
        Assert.Equal(Refusal.Malformed, TaskReports.Check(Report(TaskKind.Train, report => report.Metrics = new Metrics()))?.Reason);
        Assert.Equal(Refusal.NotFinite, TaskReports.Check(Report(TaskKind.Evaluate, report => report.Metrics = new Metrics { Examples = 1, LossSum = double.NaN }))?.Reason);
        Assert.Equal(Refusal.Malformed, TaskReports.Check(Report(TaskKind.Train, report => report.Failure = new TaskFailure { Reason = new string('x', 2001) }))?.Reason);
        Assert.Equal(Refusal.Malformed, TaskReports.Check(Report(TaskKind.Train, report => (report.Failure, report.ComputeSeconds) = (new TaskFailure(), double.NaN)))?.Reason);
    }

    private static Tensor Tensor(string name, params uint[] shape) => new() { Name = name, Shape = { shape }, Trainable = true };

    private static TaskReport Report(TaskKind kind, Action<TaskReport> change)
    {
        var report = new TaskReport { Id = new TaskId { Run = "r", Round = 1, Attempt = 1, Client = "c", Kind = kind }, ComputeSeconds = 1 };
        change(report);
        return report;
    }
}
