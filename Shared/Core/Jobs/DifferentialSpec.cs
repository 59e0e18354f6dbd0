using Federated.Core.Privacy.Accounting;

namespace Federated.Core.Jobs;

/// <summary>Differential privacy.</summary>
public sealed record DifferentialSpec
{
    /// <value>Who adds noise, and where.</value>
    [JobField("none. central: clients cut their updates to a length and the coordinator adds noise to their sum (McMahan et al. 2018): what a round gives away tells little of any one client, "
        + "and the coordinator is trusted. tree: as central, with noise on the nodes of binary trees over the rounds, so that the guarantee needs no lots (Kairouz et al. 2021, DP-FTRL): clients take part in turn, at most once in each tree. "
        + "local: each client adds the noise itself, so that nobody need be trusted, at the price of much more noise. "
        + "distributed: each client adds its share of the noise before it masks, so that the masked sum alone has enough (Agarwal et al. 2021); needs privacy.secure_aggregation. example: each local step cuts the gradient of every "
        + "example and adds noise (Abadi et al. 2016): what a client sends tells little of any one of its examples. See docs/privacy-differential.md.")]
    public PrivacyMechanism Mechanism { get; init; } = PrivacyMechanism.None;

    /// <value>C, largest length of what is noised.</value>
    [JobField("C: longer updates (central, tree, local, distributed) or gradients of an example (example) are cut to this Euclidean length; with adaptive clipping that of the first round.", ExclusiveMinimum = 0, Maximum = 1e9)]
    [AppliesWhen("privacy.differential.mechanism", "none", Not = true)]
    public double Clip { get; init; } = 1;

    /// <value>z, noise in units of the clip; null where it follows from <see cref="Epsilon"/>.</value>
    [JobField("z: the noise on a sum has the standard deviation z times C; with tree, that on each node; with local, the noise on each update.", Minimum = 1e-6, Maximum = 1e6, DefaultInWords = "the smallest with which all rounds keep epsilon; one of the two is given")]
    [AppliesWhen("privacy.differential.mechanism", "none", Not = true)]
    public double? NoiseMultiplier { get; init; }

    /// <value>ε that all rounds together may come to; null where the noise is given.</value>
    [JobField("ε that all rounds together may come to: the noise is made as small as that allows. Given instead of noise_multiplier.", ExclusiveMinimum = 0, Maximum = 1e6, DefaultInWords = "what noise_multiplier comes to")]
    [AppliesWhen("privacy.differential.mechanism", "central", "tree", "local", "distributed")]
    public double? Epsilon { get; init; }

    /// <value>δ of the guarantee.</value>
    [JobField("δ: how likely it may be that ε is passed. Well below 1 divided by the number of clients, or with example of their examples.", ExclusiveMinimum = 0, ExclusiveMaximum = 1)]
    [AppliesWhen("privacy.differential.mechanism", "none", Not = true)]
    public double Delta { get; init; } = 1e-5;

    /// <value>How ε is reckoned, in the noise that follows from it as in the run.</value>
    [JobField("How ε is reckoned. renyi: by Rényi divergences, for any noise. pld: by privacy loss distributions, which gives a smaller ε for Gaussian noise; see docs/privacy-accounting.md for what it takes.")]
    [AppliesWhen("privacy.differential.mechanism", "none", Not = true)]
    public AccountantKind Accountant { get; init; } = AccountantKind.Renyi;

    /// <value>ε above which no round begins; null for <see cref="Epsilon"/>.</value>
    [JobField("No round begins that would bring ε above this: the run then is complete.", ExclusiveMinimum = 0, Maximum = 1e6, DefaultInWords = "epsilon where that is given, else no limit")]
    [AppliesWhen("privacy.differential.mechanism", "none", Not = true)]
    public double? Limit { get; init; }

    /// <value>c, clients of a sum without whose noise it has enough.</value>
    [JobField("c: how many clients of a sum may work together, with the coordinator too, or add no noise: the others' is enough. At least 1 protects clients from each other, since each knows its own share.", Minimum = 0, Maximum = 10_000)]
    [AppliesWhen("privacy.differential.mechanism", "distributed")]
    public int Colluding { get; init; } = 1;

    /// <value>A clip that follows the lengths of updates.</value>
    [JobField("A C that follows the lengths of the updates from round to round (Andrew et al. 2021).")]
    [AppliesWhen("privacy.differential.mechanism", "central")]
    [DoesNotGoWith("privacy.differential.mechanism", "tree", "the nodes of a tree have noise for one length")]
    [DoesNotGoWith("privacy.differential.mechanism", "local", "how many updates are no longer than C would need noise of each client's own")]
    [DoesNotGoWith("privacy.differential.mechanism", "distributed", "how many updates are no longer than C would need integer noise of its own inside the masked sum")]
    [DoesNotGoWith("privacy.differential.mechanism", "example", "it follows the lengths of updates, and here those of gradients are cut")]
    public AdaptiveClipSpec Adaptive { get; init; } = new();

    /// <value>The trees of mechanism tree.</value>
    [JobField("Trees whose nodes are noised.")]
    [AppliesWhen("privacy.differential.mechanism", "tree")]
    public TreeSpec Tree { get; init; } = new();

    /// <value>True where the coordinator sees each update, bounds it and adds the noise to their sum.</value>
    public bool TrustsCoordinator => Mechanism is PrivacyMechanism.Central or PrivacyMechanism.Tree;

    /// <value>True where clients draw the noise, and do not trust the coordinator: what they measure on their training and validation data does not leave them either.</value>
    public bool KeepsFigures => Mechanism is PrivacyMechanism.Local or PrivacyMechanism.Distributed or PrivacyMechanism.Example;
}

/// <summary>Adaptive clipping: Andrew, Thakkar, McMahan, Ramaswamy 2021.</summary>
public sealed record AdaptiveClipSpec
{
    /// <value>Whether the clip moves.</value>
    [JobField("Whether C moves so that a share of the updates is not longer.")]
    public bool Enabled { get; init; }

    /// <value>γ, share of updates that are to be no longer than the clip.</value>
    [JobField("γ: the share of updates that are to be no longer than C.", Minimum = 0, Maximum = 1)]
    [AppliesWhen("privacy.differential.adaptive.enabled", "true")]
    public double Quantile { get; init; } = 0.5;

    /// <value>η_C, how fast it moves.</value>
    [JobField("η_C: each round multiplies C by exp(-η_C (b - γ)), b being the share of updates that were not longer.", ExclusiveMinimum = 0, Maximum = 10)]
    [AppliesWhen("privacy.differential.adaptive.enabled", "true")]
    public double Rate { get; init; } = 0.2;

    /// <value>σ_b, noise on the number of updates that are no longer than the clip; null for a twentieth of the expected ones.</value>
    [JobField("σ_b: standard deviation of the noise on the number of updates that are not longer than C. The noise on updates grows so that both together keep noise_multiplier.",
        ExclusiveMinimum = 0, Maximum = 1e9, DefaultInWords = "as the paper, a twentieth of the updates that a round wants, but at least noise_multiplier")]
    [AppliesWhen("privacy.differential.adaptive.enabled", "true")]
    public double? CountNoise { get; init; }
}

/// <summary>Tree aggregation with restarts: Kairouz, McMahan, Song, Thakkar, Thakurta, Xu 2021.</summary>
public sealed record TreeSpec
{
    /// <value>Rounds below one tree; null for one pass over the clients.</value>
    [JobField("Rounds after which a new tree begins. Nobody takes part twice in one tree, so there have to be clients for that many rounds.", Minimum = 2, Maximum = 1_000_000,
        DefaultInWords = "as many rounds as there are clients for, each taking part once; needed where only the workers know how many there are")]
    public int? RestartEvery { get; init; }
}

/// <summary>Who adds noise.</summary>
public enum PrivacyMechanism
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>The coordinator, to the sum of updates.</summary>
    Central,

    /// <summary>The coordinator, to the nodes of trees over the rounds.</summary>
    Tree,

    /// <summary>Each client, to its update.</summary>
    Local,

    /// <summary>Each client, a share to its update before it is masked.</summary>
    Distributed,

    /// <summary>Each client, to the sum of its examples' gradients in every step.</summary>
    Example,
}
