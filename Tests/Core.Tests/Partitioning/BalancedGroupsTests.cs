using Federated.Core.Partitioning;

namespace Federated.Core.Tests.Partitioning;

public sealed class BalancedGroupsTests
{
    [Fact]
    public void Largest_owner_goes_first_into_the_group_that_is_smallest_so_far()
    {
        // Sizes a 5, b 4, c 3, d 3, e 1: {a}, {b}, c joins b (4 < 5), d joins a (5 < 7), e joins {b, c} (7 < 8).
        string[] owners = [.. "aaaaabbbbcccddde".Select(letter => letter.ToString())];
        var groups = BalancedGroups.Of([.. owners], 2);
        Assert.Equal(["a:group-1", "b:group-2", "c:group-2", "d:group-1", "e:group-2"], owners.Zip(groups, (owner, group) => $"{owner}:{group}").Distinct());
    }

    [Fact]
    public void Order_of_examples_does_not_matter_and_fewer_owners_than_groups_make_fewer_groups()
    {
        Assert.Equal<string>(["group-2", "group-1"], BalancedGroups.Of(["y", "x"], 5));
        Assert.Equal<string>(["group-1", "group-2"], BalancedGroups.Of(["x", "y"], 5));
    }
}
