using Federated.Core.Models;
using Federated.V1;
using Federated.Wire.Mapping;

namespace Federated.Wire.Tests.Mapping;

public sealed class MomentsMappingTests
{
    [Fact]
    public void Moments_read_as_they_were_written()
    {
        var moments = new FeatureMoments([3, 0], [-1.5, 0], [2.25, 0]);
        Assert.Null(MomentsMapping.Read(moments.ToProto(), out var read));
        Assert.Equal<long>(moments.Counts, read.Counts);
        Assert.Equal<double>(moments.Sums, read.Sums);
        Assert.Equal<double>(moments.Deviations, read.Deviations);
    }

    [Theory]
    [InlineData(1, double.NaN, 0, Refusal.NotFinite)]
    [InlineData(1, 0, double.PositiveInfinity, Refusal.NotFinite)]
    [InlineData(1, 1e101, 0, Refusal.OutOfRange)]
    [InlineData(1, 0, -1, Refusal.Malformed)]
    [InlineData(0, 1, 0, Refusal.Malformed)]
    [InlineData(ulong.MaxValue, 0, 0, Refusal.Malformed)]
    public void Sums_that_cannot_be_are_refused(ulong count, double sum, double deviation, Refusal refusal) =>
        Assert.Equal(refusal, MomentsMapping.Read(new() { Counts = { count }, Sums = { sum }, Deviations = { deviation } }, out _)!.Reason);

    [Fact]
    public void Lists_of_other_lengths_or_of_none_are_malformed()
    {
        Assert.Equal(Refusal.Malformed, MomentsMapping.Read(new(), out _)!.Reason);
        Assert.Equal(Refusal.Malformed, MomentsMapping.Read(null, out _)!.Reason);
        Assert.Equal(Refusal.Malformed, MomentsMapping.Read(new() { Counts = { 1, 1 }, Sums = { 1 }, Deviations = { 0 } }, out _)!.Reason);
    }

    [Fact]
    public void Only_a_statistics_task_of_a_client_in_round_0_reports_moments()
    {
        var moments = new FeatureMoments([1], [2], [0]).ToProto();
        var id = new TaskId { Run = "run", Attempt = 1, Client = "a", Kind = TaskKind.Statistics };
        Assert.Null(TaskReports.Check(new() { Id = id, Moments = moments }));
        Assert.Equal(Refusal.Malformed, TaskReports.Check(new() { Id = new(id) { Kind = TaskKind.Evaluate, Round = 1 }, Moments = moments })!.Reason);
        Assert.Contains("round 0", TaskIds.Check(new(id) { Round = 1 })!, StringComparison.Ordinal);
        Assert.Contains("needs a client", TaskIds.Check(new(id) { Client = "" })!, StringComparison.Ordinal);
    }
}
