namespace Federated.Core.Algorithms;

/// <summary>μ l_con of Li, He, Song 2021, arXiv:2103.16257, equation 3, over a batch: the mean of -log(exp(sim(z, z_glob) / τ) / (exp(sim(z, z_glob) / τ) + exp(sim(z, z_prev) / τ))), sim being the cosine, z what goes into
/// the model's last layer with trainable weights, flattened, and z_glob and z_prev the same of two models that rest, for the same batch with the same augmentation. These two run as in evaluation: without dropout, by their
/// own running statistics, and moving none.</summary>
/// <remarks>A z of length 0 has no direction: its similarity counts as 0. Where both models are the same the loss is log 2 whatever z is, and its gradient exactly 0.</remarks>
public readonly ref struct ModelContrast
{
    /// <param name="weight">μ, at least 0 and finite; with 0 there is no term, and no model is run for it.</param>
    /// <param name="temperature">τ, above 0 and finite.</param>
    /// <param name="global">The model of z_glob, shape [P]; read at the beginning of training.</param>
    /// <param name="previous">The model of z_prev, the same.</param>
    /// <exception cref="ArgumentOutOfRangeException">μ or τ is not what it must be.</exception>
    public ModelContrast(double weight, double temperature, ReadOnlySpan<float> global, ReadOnlySpan<float> previous)
    {
        if (!(weight >= 0 && double.IsFinite(weight))) throw new ArgumentOutOfRangeException(nameof(weight), weight, "μ is finite and at least 0.");
        if (!(temperature > 0 && double.IsFinite(temperature))) throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "τ is finite and above 0.");
        (Weight, Temperature) = (weight, temperature);
        Global = global;
        Previous = previous;
    }

    /// <summary>μ.</summary>
    public double Weight { get; }

    /// <summary>τ.</summary>
    public double Temperature { get; }

    /// <summary>The model of z_glob, shape [P].</summary>
    public ReadOnlySpan<float> Global { get; }

    /// <summary>The model of z_prev, shape [P].</summary>
    public ReadOnlySpan<float> Previous { get; }
}
