using System.Collections.Immutable;
using Federated.Core.Metrics;
using Federated.V1;
using Federated.Wire.Mapping;
using Google.Protobuf;

namespace Federated.Wire.Tests.Mapping;

public sealed class TallyMappingTests
{
    private static readonly ImmutableArray<Tally> Some =
    [
        new(TallyNames.Confusion, [0, 3, 4], [7, 2, 0]), new("new_one", [0, 5, int.MaxValue - 1], [1, -2.5, 0.1]), new(TallyNames.Regression, [0, 1, 2, 3, 4], [2, 0.5, 0.25, -3, 9]),
    ];

    [Fact]
    public void Tallies_come_back_as_they_were()
    {
        var report = TaskReport.Parser.ParseFrom(Report([.. Some.ToProto()]).ToByteArray());
        Assert.Null(TaskReports.Check(report));
        Assert.Null(TaskReports.ReadEvaluation(report, out var sums));
        Assert.Equal((10, 5), (sums.Sums.Examples, sums.Sums.Correct));
        foreach (var (sent, back) in Some.Zip(sums.Tallies))
        {
            Assert.Equal(sent.Name, back.Name);
            Assert.Equal<int>(sent.Indices, back.Indices);
            Assert.Equal<double>(sent.Values, back.Values);
        }
    }

    [Fact]
    public void Counts_of_dense_indices_take_two_bytes_each()
    {
        var tally = new Tally(TallyNames.Scores, [.. Enumerable.Range(50_000, 1000)], [.. Enumerable.Repeat(100.0, 1000)]);
        Assert.InRange(new[] { tally }.ToImmutableArray().ToProto().Single().CalculateSize(), 2000, 2020);
    }

    [Fact]
    public void Largest_report_fits_into_a_message()
    {
        var tally = new Tally(TallyNames.Scores, [.. Enumerable.Range(0, TallyMapping.MaxEntries)], [.. Enumerable.Repeat(0.5, TallyMapping.MaxEntries)]);
        Assert.InRange(Report([.. new[] { tally }.ToImmutableArray().ToProto()]).CalculateSize(), 1, 2 << 20);
    }

    [Fact]
    public void More_entries_than_a_report_may_have_are_not_sent()
    {
        var tally = new Tally("wide", [.. Enumerable.Range(0, TallyMapping.MaxEntries + 1)], [.. new double[TallyMapping.MaxEntries + 1]]);
        Assert.Throws<ArgumentException>(() => new[] { tally }.ToImmutableArray().ToProto());
    }

    public static TheoryData<string, Refusal> Wrong => new()
    {
        { "{'name':'','steps':[0],'counts':['1']}", Refusal.Malformed },
        { "{'name':'Upper','steps':[0],'counts':['1']}", Refusal.Malformed },
        { "{'name':'with space','steps':[0],'counts':['1']}", Refusal.Malformed },
        { "{'name':'abcdefghijklmnopqrstuvwxyz0123456','steps':[0],'counts':['1']}", Refusal.Malformed },
        { "{'name':'x','steps':[0,0],'counts':['1','1']}", Refusal.Malformed },             // an index twice
        { "{'name':'x','steps':[5,4294967295],'counts':['1','1']}", Refusal.Malformed },    // beyond any index
        { "{'name':'x','steps':[2147483647],'counts':['1']}", Refusal.Malformed },
        { "{'name':'x','steps':[0,1],'counts':['1']}", Refusal.Malformed },
        { "{'name':'x','steps':[0],'counts':['1','1']}", Refusal.Malformed },
        { "{'name':'x','steps':[0],'counts':['1'],'values':[1]}", Refusal.Malformed },
        { "{'name':'x','steps':[0],'counts':['9007199254740993']}", Refusal.OutOfRange },
        { "{'name':'x','steps':[0],'values':['NaN']}", Refusal.NotFinite },
        { "{'name':'x','steps':[0],'values':['-Infinity']}", Refusal.NotFinite },
        { "{'name':'x','steps':[0],'values':[-1.1e300]}", Refusal.OutOfRange },
        { "{'name':'confusion','steps':[0],'counts':['1']}", Refusal.Malformed },           // does not tell the number of classes
        { "{'name':'scores','steps':[131072],'counts':['1']}", Refusal.Malformed },
        { "{'name':'regression','steps':[0],'values':[-0.5]}", Refusal.Malformed },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Tally_that_cannot_be_is_refused(string json, Refusal expected) =>
        Assert.Equal(expected, TaskReports.Check(Report(JsonParser.Default.Parse<NamedSums>(json.Replace('\'', '"'))))?.Reason);

    [Fact]
    public void Too_many_tallies_or_entries_and_names_out_of_order_are_refused()
    {
        Assert.Equal(Refusal.Malformed, TaskReports.Check(Report([.. Enumerable.Range(10, 17).Select(i => new NamedSums { Name = $"x{i}" })]))?.Reason);
        var half = Enumerable.Repeat(1u, (TallyMapping.MaxEntries / 2) + 1).ToArray();
        var counts = Enumerable.Repeat(1UL, half.Length).ToArray();
        Assert.Null(TaskReports.Check(Report(new NamedSums { Name = "a", Steps = { half }, Counts = { counts } })));
        Assert.Equal(Refusal.Malformed, TaskReports.Check(Report(
            new NamedSums { Name = "a", Steps = { half }, Counts = { counts } }, new NamedSums { Name = "b", Steps = { half }, Counts = { counts } }))?.Reason);
        Assert.Equal(Refusal.Malformed, TaskReports.Check(Report(new NamedSums { Name = "b" }, new NamedSums { Name = "a" }))?.Reason);
        Assert.Equal(Refusal.Malformed, TaskReports.Check(Report(new NamedSums { Name = "a" }, new NamedSums { Name = "a" }))?.Reason);
    }

    [Fact]
    public void Failures_and_reports_over_nothing_have_no_tallies()
    {
        var sums = new NamedSums { Name = "x", Steps = { 0 }, Counts = { 1 } };
        var failed = new TaskReport { Id = Id, Failure = new() { Reason = "no" }, Tallies = { sums } };
        Assert.Equal(Refusal.Malformed, TaskReports.Check(failed)?.Reason);
        Assert.Equal(Refusal.Malformed, TaskReports.Check(new TaskReport { Id = Id, Metrics = new(), Tallies = { sums } })?.Reason);
    }

    private static TaskId Id => new() { Run = "r", Round = 1, Attempt = 1, Kind = TaskKind.Evaluate };

    private static TaskReport Report(params NamedSums[] tallies) => new() { Id = Id, Metrics = new() { Examples = 10, LossSum = 2, Correct = 5 }, Tallies = { tallies } };
}
