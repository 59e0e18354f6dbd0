namespace Federated.Core.Jobs;

/// <summary>Clients that misbehave, to see what an aggregation bears. Only a simulation has them.</summary>
public sealed record AttackSpec
{
    /// <value>What they do.</value>
    [JobField("What attackers do; only `federated run` accepts another value than none. label_flip: they train with class c taken for C - 1 - c. sign_flip: they send the opposite of their update. "
        + "gaussian: they send noise (Blanchard et al. 2017). inner_product: they send the opposite of the honest mean (Xie et al. 2019). alie: the honest mean, moved by as much as stays unnoticed "
        + "(Baruch et al. 2019). model_replacement: they teach a trigger in images and send that with such a weight that it stays (Bagdasaryan et al. 2020). See docs/robustness.md.")]
    public AttackKind Kind { get; init; } = AttackKind.None;

    /// <value>Fraction of all clients that attack.</value>
    [JobField("Fraction of all clients that attack, drawn by the seed, at least one client.", ExclusiveMinimum = 0, ExclusiveMaximum = 1)]
    [AppliesWhen("attack.kind", "none", Not = true)]
    public double Fraction { get; init; } = 0.2;

    /// <value>Who attacks; empty: drawn.</value>
    [JobField("Names of the clients that attack, instead of a fraction.")]
    [AppliesWhen("attack.kind", "none", Not = true)]
    public TextList Clients { get; init; } = [];

    /// <value>Factor on what is sent; null for the attack's own.</value>
    [JobField("Factor on what is sent: of sign_flip on the opposite update, of inner_product ε, of model_replacement γ.", ExclusiveMinimum = 0, Maximum = 1e9,
        DefaultInWords = "1; of model_replacement the updates of a round by the attackers among them")]
    [AppliesWhen("attack.kind", "sign_flip", "inner_product", "model_replacement")]
    public double? Scale { get; init; }

    /// <value>gaussian: standard deviation.</value>
    [JobField("Standard deviation of the noise.", ExclusiveMinimum = 0, Maximum = 1e6)]
    [AppliesWhen("attack.kind", "gaussian")]
    public double Deviation { get; init; } = 200;

    /// <value>alie: z; null for the paper's largest.</value>
    [JobField("z of alie: how many standard deviations the honest mean is moved by.", ExclusiveMinimum = 0, Maximum = 1e6, DefaultInWords = "the largest that the paper finds unnoticed")]
    [AppliesWhen("attack.kind", "alie")]
    public double? Deviations { get; init; }

    /// <value>model_replacement: class that the trigger stands for.</value>
    [JobField("The class that the trigger is to stand for, from 0.", Minimum = 0, Maximum = 100_000)]
    [AppliesWhen("attack.kind", "model_replacement")]
    public int Target { get; init; }

    /// <value>model_replacement: fraction of an attacker's examples with the trigger.</value>
    [JobField("Fraction of an attacker's examples that get the trigger.", ExclusiveMinimum = 0, Maximum = 1)]
    [AppliesWhen("attack.kind", "model_replacement")]
    public double Poisoned { get; init; } = 0.5;
}

/// <summary>What attackers do.</summary>
public enum AttackKind
{
    /// <summary>There are none.</summary>
    None,

    /// <summary>Wrong classes.</summary>
    LabelFlip,

    /// <summary>The opposite update.</summary>
    SignFlip,

    /// <summary>Noise.</summary>
    Gaussian,

    /// <summary>The opposite of the honest mean.</summary>
    InnerProduct,

    /// <summary>A little is enough.</summary>
    Alie,

    /// <summary>A back door.</summary>
    ModelReplacement,
}
