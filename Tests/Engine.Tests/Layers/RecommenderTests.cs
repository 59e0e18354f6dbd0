using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Layers;

public sealed class RecommenderTests
{
    [Fact]
    public void Neumf_is_the_hand_computed_fusion()
    {
        // User (2), item (3) for the product; user (1), item (-2) for the perceptron: relu(1 * 1 + 0.5 * -2 + 0.25) = 0.25. Fused: 0.5 * 6 + 2 * 0.25 - 1.
        float[] parameters = [9, 2, 9, 3, 9, 9, 1, 9, -2, 9, 1, 0.5f, 0.25f, 0.5f, 2, -1];
        Assert.Equal(2.5f, Score(new NeumfLayer { Factors = 1, Hidden = 1 }, 2, 3, parameters, user: 1, item: 1), 1e-6f);
    }

    [Fact]
    public void Towers_meet_in_the_hand_computed_dot_product()
    {
        // User 2: relu(2 * 1 - 1) = 1, out 3 * 1 + 1 = 4. Item -1: relu(-1 * -2 + 0) = 2, out 0.5 * 2 - 2 = -1. Dot product -4, plus 10.
        float[] parameters = [2, 1, -1, 3, 1, -1, -2, 0, 0.5f, -2, 10];
        Assert.Equal(6f, Score(new TwoTowerLayer { Factors = 1, Hidden = 1 }, 1, 1, parameters, user: 0, item: 0), 1e-6f);
    }

    [Fact]
    public void Perceptron_is_a_tower_that_halves_down_to_the_factors()
    {
        var plan = Plan(new NeumfLayer { Factors = 8, Hidden = 2 }, 943, 1682);
        Assert.Equal(["1.gmf_users.factors [943, 8]", "1.gmf_items.factors [1682, 8]", "1.mlp_users.factors [943, 16]", "1.mlp_items.factors [1682, 16]",
            "1.mlp1.weight [16, 32]", "1.mlp1.bias [16]", "1.mlp2.weight [8, 16]", "1.mlp2.bias [8]", "1.output.weight [1, 16]", "1.output.bias [1]"],
            plan.Schema.Tensors.Select(tensor => $"{tensor.Name} {Shapes.Text(tensor.Shape)}"));
    }

    private static float Score(LayerSpec layer, int users, int items, float[] parameters, int user, int item)
    {
        LibtorchSetup.Ensure();
        using var replica = new ModelReplica(Plan(layer, users, items), keepSoftmax: true);
        replica.Parameters.Load(parameters);
        using var scope = NewDisposeScope();
        return replica.Forward(tensor(new float[,] { { user, item } }), draws: null).item<float>();
    }

    private static ModelPlan Plan(LayerSpec layer, int users, int items) =>
        ModelPlanner.Plan(new ModelSpec { Layers = [layer] }, DataShape.ForRatings(Feedback.Implicit, users, items)).Plan!;
}
