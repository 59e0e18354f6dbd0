using Federated.Core.Metrics;
using Federated.Core.Models;

namespace Federated.Core.Tests.Metrics;

public sealed class GoalTests
{
    [Fact]
    public void Classes_go_by_their_names_and_else_by_their_indices()
    {
        var data = DataShape.ForClasses([4], 3);
        Assert.Equal<string>(["x", "y", "z"], Goal.Of(data with { ClassNames = ["x", "y", "z"] }).Classes);
        foreach (var names in new string[][] { [], ["x", "y"], ["x", "y", "x"], ["x", "y", ""], ["x", "y", "z\n"], ["x", "y", new('z', 65)] })
            Assert.Equal<string>(["0", "1", "2"], Goal.Of(data with { ClassNames = [.. names] }).Classes);
    }

    [Fact]
    public void More_than_32_classes_and_other_objectives_have_no_names()
    {
        Assert.Equal(32, Goal.Of(DataShape.ForClasses([4], 32)).Classes.Length);
        Assert.Empty(Goal.Of(DataShape.ForClasses([4], 33)).Classes);
        Assert.Empty(Goal.Of(DataShape.ForNumbers([4])).Classes);
    }

    [Fact]
    public void Headline_of_an_objective_has_accuracy_only_where_hits_have_a_meaning()
    {
        Assert.Equal<string>(["accuracy", "auroc"], Goal.Of(DataShape.ForClasses([4], 2)).Headline);
        Assert.Equal<string>(["accuracy"], Goal.Of(DataShape.ForClasses([4], 3)).Headline);
        Assert.Equal<string>(["rmse"], Goal.Of(DataShape.ForNumbers([4])).Headline);
        Assert.All(Enum.GetValues<Objective>(), objective => Assert.NotEmpty(new Goal(objective, []).Headline));
    }
}
