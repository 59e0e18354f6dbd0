using Federated.Core.Randomness;

namespace Federated.Core.Tests.Randomness;

public sealed class SeedTreeTests
{
    [Fact]
    public void Derive_gives_the_hash_that_its_contract_describes()
    {
        // Python: int.from_bytes(sha256(pack('<QiI9sI8s', 42, 3, 9, b'partition', 8, b'client-1')).digest()[:8], 'little')
        Assert.Equal(14278677246023822289UL, SeedTree.Derive(42, "partition", 3, "client-1"));
    }

    [Fact]
    public void Derive_of_arguments_that_differ_in_one_place_gives_other_seeds()
    {
        ulong[] seeds =
        [
            SeedTree.Derive(1, "a"), SeedTree.Derive(2, "a"), SeedTree.Derive(1, "b"), SeedTree.Derive(1, "a", 1), SeedTree.Derive(1, "a", 0, "c"),
            SeedTree.Derive(1, "ac"), SeedTree.Derive(1, "", 0, "a"),
        ];
        Assert.Equal(seeds.Length, seeds.Distinct().Count());
    }
}
