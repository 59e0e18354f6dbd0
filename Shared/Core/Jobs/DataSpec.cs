namespace Federated.Core.Jobs;

/// <summary>The data set and how it is spread over clients.</summary>
public sealed record DataSpec
{
    /// <value>A known data set, or csv.</value>
    [JobField("A data set by its name (digits needs no download), or the format of data of your own at data.path.", Names = JobNames.Datasets)]
    public string Name { get; init; } = "digits";

    /// <value>The file or folder of one's own; null with another data set.</value>
    [JobField("The file or folder; a relative path is looked up in the worker's data folders. "
        + "Columns of a table go by the header line; without one, in a table of numbers, by c0, c1 ... Lines of ratings are user, item, rating, timestamp.")]
    [AppliesWhen("data.name", "csv", "cifar", "npz", "image_folder", "text", "labelled_text", "leaf", "ratings", "voc", "series", "pairs")]
    public string? Path { get; init; }

    /// <value>csv: the label's column by name; null for the last column.</value>
    [JobField("The label's column: classes if it has texts or whole numbers, else targets of a regression.", DefaultInWords = "the last column")]
    [AppliesWhen("data.name", "csv", "labelled_text")]
    public string? Label { get; init; }

    /// <value>csv: the column that names the client; it is not a feature. Partition natural and workers with several local clients need it.</value>
    [JobField("The column that names the client who owns a row, and so is not a feature. "
        + "Partition natural needs it, and a worker with several local clients.")]
    [AppliesWhen("data.name", "csv", "labelled_text", "series")]
    public string? ClientColumn { get; init; }

    /// <value>csv: fraction of rows kept for the test set. Other sets have their own.</value>
    [JobField("Fraction of each client's examples, drawn by the seed, that is kept for the test set, and of running text and series its end, where the data has no test set of its own.",
        Minimum = 0, ExclusiveMaximum = 1)]
    [AppliesWhen("data.name", "digits", "mnist", "fashion-mnist", "cifar-10", "pneumoniamnist", "movielens-100k", "ratings", "bccd", Not = true)]
    public double Test { get; init; } = 0.2;

    /// <value>csv: what its columns are.</value>
    [JobField("What the columns of the table are.")]
    [AppliesWhen("data.name", "csv")]
    public TableSpec Table { get; init; } = new();

    /// <value>series: how rows become examples.</value>
    [JobField("How time series become examples.")]
    [AppliesWhen("data.name", "series")]
    public SeriesSpec Series { get; init; } = new();

    /// <value>Pictures: the size to which they are brought.</value>
    [JobField("The size to which pictures are brought.")]
    [AppliesWhen("data.name", "image_folder", "voc", "bccd")]
    public ImageSpec Image { get; init; } = new();

    /// <value>How text becomes symbols.</value>
    [JobField("How text becomes symbols.")]
    [AppliesWhen("data.name", "text", "labelled_text", "leaf", "shakespeare", "sentiment-sentences")]
    public TextSpec Text { get; init; } = new();

    /// <value>ratings and sets of ratings: what they mean.</value>
    [JobField("What ratings mean and how a recommender is measured.")]
    [AppliesWhen("data.name", "ratings", "movielens-100k")]
    public RatingsSpec Ratings { get; init; } = new();

    /// <value>Pictures with boxes: the grid of a detector.</value>
    [JobField("What a detector finds, and the grid on which it finds it.")]
    [AppliesWhen("data.name", "voc", "bccd")]
    public DetectionSpec Detection { get; init; } = new();

    /// <value>How sentence pairs become symbols.</value>
    [JobField("How sentence pairs become symbols.")]
    [AppliesWhen("data.name", "pairs", "tatoeba-eng-kor")]
    public PairsSpec Pairs { get; init; } = new();

    /// <value>Number of clients for the partitions that make them; ignored by natural and by placement local.</value>
    [JobField("Number of clients that the examples are spread over.", Minimum = 1, Maximum = 100_000)]
    [AppliesWhen("data.placement", "shared")]
    [AppliesWhen("data.partition.kind", "natural", Not = true)]
    public int Clients { get; init; } = 10;

    /// <value>How examples are spread over clients; ignored by placement local.</value>
    [JobField("How examples are spread over clients.")]
    [AppliesWhen("data.placement", "shared")]
    public PartitionSpec Partition { get; init; } = new();

    /// <value>Fraction of each client's examples that it keeps for validation.</value>
    [JobField("Fraction of each client's examples that it keeps for validation and does not train on.", Minimum = 0, ExclusiveMaximum = 1)]
    public double Validation { get; init; }

    /// <value>Where tasks may run.</value>
    [JobField("shared: every worker can read the data set, and a client's task goes to any free slot. "
        + "local: a client lives on the worker that announces it, owns the data found there, and that data never moves.")]
    public Placement Placement { get; init; } = Placement.Shared;

    /// <summary>Whether each test example is one of a client's; else the test set is nobody's.</summary>
    public bool TestsBelongToClients => Placement == Placement.Local || Partition.Kind == PartitionKind.Natural;
}

/// <summary>Where a client's task may run.</summary>
public enum Placement
{
    /// <summary>Every worker can read the data set; a client's task goes to any free slot.</summary>
    Shared,

    /// <summary>A client lives on the worker that announces it, and its data never moves.</summary>
    Local,
}
