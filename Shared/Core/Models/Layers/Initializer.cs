namespace Federated.Core.Models;

/// <summary>How a layer's weights are drawn at first. A fan counts the kernel's positions; normal draws are not truncated.</summary>
public enum Initializer
{
    /// <summary>Uniform in ±√(6 / (fan in + fan out)) (Glorot and Bengio 2010, equation 16).</summary>
    GlorotUniform,

    /// <summary>Normal with variance 2 / (fan in + fan out) (Glorot and Bengio 2010, equation 12).</summary>
    GlorotNormal,

    /// <summary>Uniform in ±√(6 / fan in): the variance of <see cref="HeNormal"/>.</summary>
    HeUniform,

    /// <summary>Normal with variance 2 / fan in (He et al. 2015, equation 10): for relu and its kin.</summary>
    HeNormal,

    /// <summary>Uniform in ±√(3 / fan in): the variance of <see cref="LecunNormal"/>.</summary>
    LecunUniform,

    /// <summary>Normal with variance 1 / fan in (LeCun et al. 1998, equation 16): for selu.</summary>
    LecunNormal,

    /// <summary>All 0.</summary>
    Zeros,
}
