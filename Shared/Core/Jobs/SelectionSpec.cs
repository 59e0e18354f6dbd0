namespace Federated.Core.Jobs;

/// <summary>How a round's clients are chosen.</summary>
public sealed record SelectionSpec
{
    /// <value>The way.</value>
    [JobField("uniform: by lot. weighted: by lot, in proportion to their examples, each then counting the same in the mean (Li et al. 2020, FedProx). round_robin: in turn. "
        + "power_of_choice: some by lot in proportion to their examples, then those of them whose training loss was the highest when they last took part, each then counting the same (Cho et al. 2020). "
        + "oort: by loss and speed (as Lai et al. 2021). stratified: the same share of each group that workers announce. "
        + "poisson: each client by a lot of its own, with probability fraction, so that rounds ask more or fewer; as differential privacy likes it.")]
    public SelectionKind Kind { get; init; } = SelectionKind.Uniform;

    /// <value>power_of_choice: candidates by lot.</value>
    [JobField("d, how many candidates are drawn for each client that is asked.", Minimum = 1, Maximum = 1000)]
    [AppliesWhen("federation.cohort.selection.kind", "power_of_choice")]
    public double Candidates { get; init; } = 2;

    /// <value>oort: share for clients that nobody knows.</value>
    [JobField("ε, the share of a round's clients that are taken from those which never took part, as long as there are any.", Minimum = 0, Maximum = 1)]
    [AppliesWhen("federation.cohort.selection.kind", "oort")]
    public double Exploration { get; init; } = 0.2;

    /// <value>oort: how much slowness counts.</value>
    [JobField("α, how much it counts against a client that it takes longer than half of the others do; with 0 only the loss counts, and the same job gives the same model again.", Minimum = 0, Maximum = 100)]
    [AppliesWhen("federation.cohort.selection.kind", "oort")]
    public double Slowness { get; init; } = 2;

    /// <value>stratified: which label.</value>
    [JobField("The label whose values are the groups; workers announce it by --labels. Clients without it are a group of their own.", DefaultInWords = "needed")]
    [AppliesWhen("federation.cohort.selection.kind", "stratified")]
    public string? Label { get; init; }
}

/// <summary>Ways to choose clients.</summary>
public enum SelectionKind
{
    /// <summary>By lot.</summary>
    Uniform,

    /// <summary>By lot, in proportion to examples.</summary>
    Weighted,

    /// <summary>In turn.</summary>
    RoundRobin,

    /// <summary>Cho et al. 2020.</summary>
    PowerOfChoice,

    /// <summary>As Lai et al. 2021.</summary>
    Oort,

    /// <summary>The same share of each group.</summary>
    Stratified,

    /// <summary>Each by a lot of its own.</summary>
    Poisson,
}
