using Federated.Core.Parameters;

namespace Federated.Core.Tests.Parameters;

public sealed class ParameterSchemaTests
{
    [Fact]
    public void The_hash_is_that_of_the_documented_text()
    {
        var schema = new ParameterSchema([new("0.weight", [2, 3]), new("0.bias", [2]), new("n", [], Trainable: false)]);

        // printf '0.weight|2x3|trainable\n0.bias|2|trainable\nn||statistic\n' | sha256sum
        Assert.Equal("ef59af85edb7fe551b233532f10685ebdbc52469439256897be4c6878450aea6", schema.Hash);
        Assert.Equal(9, schema.Count);
    }

    [Fact]
    public void Order_shape_name_and_kind_all_change_the_hash()
    {
        ParameterSchema[] schemas =
        [
            new([new("a", [2]), new("b", [3])]),
            new([new("b", [3]), new("a", [2])]),
            new([new("a", [2, 1]), new("b", [3])]),
            new([new("a", [2]), new("c", [3])]),
            new([new("a", [2]), new("b", [3], Trainable: false)]),
            new([new("a|2|trainable", [3])]),
        ];

        Assert.Equal(schemas.Length, schemas.Select(schema => schema.Hash).Distinct().Count());
    }

    [Fact]
    public void A_schema_that_cannot_be_is_a_bug_of_the_caller()
    {
        Assert.Throws<ArgumentException>(() => new ParameterSchema([]));
        Assert.Throws<ArgumentException>(() => new ParameterSchema([new("a", [1]), new("a", [1])]));
        Assert.Throws<ArgumentException>(() => new ParameterSchema([new("a\n", [1])]));
        Assert.Throws<ArgumentException>(() => new ParameterSchema([new("a", [0])]));
        Assert.Throws<OverflowException>(() => new ParameterSchema([new("a", [65536, 65536])]));
    }
}
