using Federated.Core.Jobs;
using Federated.Core.Partitioning;

namespace Federated.Core.Tests.Partitioning;

public sealed class PartitionRulesTests
{
    [Theory]
    [InlineData(PartitionKind.Iid, 100)]
    [InlineData(PartitionKind.Shards, 50)]
    [InlineData(PartitionKind.Dirichlet, 20)]
    [InlineData(PartitionKind.Quantity, 20)]
    public void Largest_number_of_clients_is_taken_and_one_more_refused(PartitionKind kind, int clients)
    {
        var spec = new DataSpec { Clients = clients, Partition = new() { Kind = kind, MinimumExamples = 5 } };
        Assert.Empty(PartitionRules.Check(spec, 100, labelled: true, owned: false));
        Assert.Single(PartitionRules.Check(spec with { Clients = clients + 1 }, 100, labelled: true, owned: false));
    }

    [Fact]
    public void Minimum_that_cannot_be_met_says_what_can()
    {
        var spec = new DataSpec { Clients = 50, Partition = new() { Kind = PartitionKind.Quantity, MinimumExamples = 100 } };
        var error = Assert.Single(PartitionRules.Check(spec, 3823, labelled: true, owned: false));
        Assert.Equal("data.partition.minimum_examples", error.Path);
        Assert.Contains("50 clients with at least 100 examples each need 5000 training examples, and there are 3823", error.Message, StringComparison.Ordinal);
        Assert.Contains("at most 38 clients, or at most 76 here", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_wrong_values_are_told_at_once()
    {
        var spec = new DataSpec { Clients = 0, Partition = new() { Kind = PartitionKind.Dirichlet, Alpha = double.NaN } };
        Assert.Equal(["data.clients", "data.partition.kind", "data.partition.alpha"],
            PartitionRules.Check(spec, 10, labelled: false, owned: false).Select(error => error.Path));
    }

    [Fact]
    public void Natural_without_owners_and_an_empty_set_are_refused()
    {
        var spec = new DataSpec { Partition = new() { Kind = PartitionKind.Natural } };
        Assert.Equal("data.partition.kind", Assert.Single(PartitionRules.Check(spec, 10, labelled: true, owned: false)).Path);
        Assert.Equal("data", Assert.Single(PartitionRules.Check(spec, 0, labelled: true, owned: true)).Path);
    }
}
