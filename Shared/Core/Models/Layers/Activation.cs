namespace Federated.Core.Models;

/// <summary>Element-wise functions that may follow a layer or stand on their own; softmax only as the last of a model.</summary>
public enum Activation
{
    /// <summary>Identity.</summary>
    None,

    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>1 / (1 + exp(-x)).</summary>
    Sigmoid,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh,

    /// <summary>x Φ(x), exact form (Hendrycks and Gimpel 2016).</summary>
    Gelu,

    /// <summary>x for x above 0, else 0.01 x.</summary>
    LeakyRelu,

    /// <summary>x for x above 0, else exp(x) - 1 (Clevert et al. 2016, with α = 1).</summary>
    Elu,

    /// <summary>λ x for x above 0, else λ α (exp(x) - 1), with λ = 1.0507 and α = 1.6733 (Klambauer et al. 2017).</summary>
    Selu,

    /// <summary>x / (1 + exp(-x)), also called swish (Ramachandran et al. 2017).</summary>
    Silu,

    /// <summary>x tanh(ln(1 + exp(x))) (Misra 2019).</summary>
    Mish,

    /// <summary>ln(1 + exp(x)).</summary>
    Softplus,

    /// <summary>Normalised exponentials over the features; with cross-entropy the loss takes the scores before it.</summary>
    Softmax,
}
