using Federated.Core.Jobs;

namespace Federated.Core.Models;

/// <summary>What recurrent layers have in common: [T, features] to [units], or to [T, units]; both directions give twice the units. The equations, the order of the gates
/// and the two biases are PyTorch's, so that weights can be exchanged. Where the model's input is symbols, padding at the end of an example is left out: the last state is
/// that of its last symbol, the backward direction starts there, and outputs at padding are 0. An example of nothing but padding counts as one step. If a layer before changed the
/// number of steps, all steps count.</summary>
public abstract record RecurrentLayer : LayerSpec
{
    /// <value>Values of the state.</value>
    [JobField("Values of the state, in each direction.", Minimum = 1, Maximum = 4096, Required = true)]
    public int Units { get; init; }

    /// <value>Layers on top of each other.</value>
    [JobField("Layers on top of each other, of the same size.", Minimum = 1, Maximum = 16)]
    public int Layers { get; init; } = 1;

    /// <value>Whether a second one reads backward.</value>
    [JobField("Whether a second direction reads from the end; its outputs follow those of the first.")]
    public bool Bidirectional { get; init; }

    /// <value>Dropout between layers.</value>
    [JobField("Probability that a value between two of the layers is zeroed in training.", Minimum = 0, ExclusiveMaximum = 1)]
    public double Dropout { get; init; }

    /// <value>What comes out.</value>
    [JobField("last: the state after the last step (of the backward direction: after the first). sequence: the state at every step.")]
    public RecurrentReturn Return { get; init; }
}

/// <summary>What a recurrent layer gives.</summary>
public enum RecurrentReturn
{
    /// <summary>The state after the last step.</summary>
    Last,

    /// <summary>The state at every step.</summary>
    Sequence,
}

/// <summary>Simple recurrent network (Elman 1990) with tanh.</summary>
public sealed record RnnLayer : RecurrentLayer;

/// <summary>Long short-term memory (Hochreiter and Schmidhuber 1997) with forget gates (Gers et al. 2000); their bias starts at 1 (Jozefowicz et al. 2015).</summary>
public sealed record LstmLayer : RecurrentLayer;

/// <summary>Gated recurrent unit (Cho et al. 2014), the reset gate after the recurrent product as in PyTorch.</summary>
public sealed record GruLayer : RecurrentLayer;
