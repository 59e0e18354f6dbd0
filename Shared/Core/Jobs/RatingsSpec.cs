namespace Federated.Core.Jobs;

/// <summary>What ratings mean and how a recommender is measured.</summary>
public sealed record RatingsSpec
{
    /// <value>What is learnt of a rating.</value>
    [JobField("implicit: that a user has rated an item is all that counts, and items that the user has not rated are drawn as counterexamples (He et al. 2017). "
        + "explicit: the rating itself is predicted, a regression.")]
    public Feedback Feedback { get; init; } = Feedback.Implicit;

    /// <value>implicit: counterexamples a rating, drawn afresh each epoch.</value>
    [JobField("Items that the user has not rated, drawn afresh for every rating in each round and epoch, to train against.", Minimum = 1, Maximum = 1000)]
    [AppliesWhen("data.ratings.feedback", "implicit")]
    public int Negatives { get; init; } = 4;

    /// <value>implicit: items that a user has not rated, among which the held-out item is ranked.</value>
    [JobField("Items that the user has not rated, among which the user's held-out item is ranked when the model is measured.", Minimum = 2, Maximum = 100_000)]
    [AppliesWhen("data.ratings.feedback", "implicit")]
    public int Candidates { get; init; } = 99;

    /// <value>ratings: how many users there are, the file's ids being 1 to this number; null takes whoever the file names.</value>
    [JobField("Users that there are, so that the file's user ids are the whole numbers from 1 to this one. Sites that train one model on files of their own need it.",
        Minimum = 1, Maximum = 16_777_216, DefaultInWords = "as many as the file names")]
    [AppliesWhen("data.name", "ratings")]
    public int? Users { get; init; }

    /// <value>ratings: how many items there are, the file's ids being 1 to this number; null takes those that the file names.</value>
    [JobField("Items that there are, so that the file's item ids are the whole numbers from 1 to this one. Sites that train one model on files of their own need it.",
        Minimum = 1, Maximum = 16_777_216, DefaultInWords = "as many as the file names")]
    [AppliesWhen("data.name", "ratings")]
    public int? Items { get; init; }
}

/// <summary>What a rating says.</summary>
public enum Feedback
{
    /// <summary>That the user took the item.</summary>
    Implicit,

    /// <summary>How much the user liked it.</summary>
    Explicit,
}
