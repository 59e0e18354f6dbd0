using Federated.Core.Models;
using Federated.V1;
using Federated.Wire.Mapping;

namespace Federated.Wire.Tests.Mapping;

public sealed class GoalMappingTests
{
    [Fact]
    public void Every_objective_comes_back()
    {
        foreach (var objective in Enum.GetValues<Objective>())
        {
            var goal = new Core.Metrics.Goal(objective, ["a", "b"]);
            Assert.Null(GoalMapping.Read(goal.ToProto(), out var back));
            Assert.Equal(goal, back);
        }
    }

    [Fact]
    public void Goal_may_be_absent()
    {
        Assert.Null(GoalMapping.Read(null, out var goal));
        Assert.Null(goal);
    }

    [Fact]
    public void Goals_that_cannot_be_are_refused()
    {
        foreach (var classes in new string[][] { ["a", "a"], [""], ["a\n"], [new('a', 65)], [.. Enumerable.Range(0, 33).Select(i => $"c{i}")] })
            Assert.NotNull(GoalMapping.Read(new() { Objective = ObjectiveKind.Classification, Classes = { classes } }, out _));
        Assert.NotNull(GoalMapping.Read(new() { Objective = (ObjectiveKind)99 }, out _));
        Assert.NotNull(GoalMapping.Read(new(), out _));
    }
}
