namespace Federated.Core.Jobs;

/// <summary>When the global model is measured.</summary>
public sealed record EvaluationSpec
{
    /// <value>Every how many rounds; the last round always.</value>
    [JobField("The model is measured on the test set every so many rounds, and after the last.", Minimum = 1, Maximum = 1_000_000)]
    public int Every { get; init; } = 1;

    /// <value>Measure every client's own test share apart.</value>
    [JobField("Every client is measured and reported apart, beside the whole: on its own share of the test set with partition natural or placement local, where test examples belong to clients, "
        + "else on its validation share, which data.validation then must give it.")]
    public bool PerClient { get; init; }

    /// <value>Test sentences that are translated for BLEU.</value>
    [JobField("Sentences of the test set that are translated for BLEU, spread evenly over it; all where it has no more. Loss and accuracy take the whole test set. 0: none.",
        Minimum = 0, Maximum = 1_000_000)]
    [AppliesWhen("data.name", "pairs", "tatoeba-eng-kor")]
    public int Samples { get; init; } = 500;

    /// <value>How translations are searched for.</value>
    [JobField("How translations are searched for.")]
    [AppliesWhen("data.name", "pairs", "tatoeba-eng-kor")]
    public BeamSpec Beam { get; init; } = new();
}
