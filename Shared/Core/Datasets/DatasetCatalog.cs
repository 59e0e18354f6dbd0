using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Core.Datasets;

/// <summary>The data sets that a job may name, and what is known of them without reading them.</summary>
public static class DatasetCatalog
{
    /// <summary>The name under which any table with a label column is read; its shape and size come from the file.</summary>
    public const string Csv = "csv";

    /// <summary>The name under which folders of binary files in the layout of CIFAR-10 are read.</summary>
    public const string Cifar = "cifar";

    /// <summary>The name under which archives of NumPy arrays are read.</summary>
    public const string Npz = "npz";

    /// <summary>The name under which folders of pictures, a folder a class, are read.</summary>
    public const string ImageFolder = "image_folder";

    /// <summary>The name under which a file of ratings is read.</summary>
    public const string Ratings = "ratings";

    /// <summary>100,000 ratings of films.</summary>
    public const string MovieLens100K = "movielens-100k";

    /// <summary>The name under which folders in the layout of Pascal VOC are read.</summary>
    public const string Voc = "voc";

    /// <summary>Blood cells and boxes around them.</summary>
    public const string Bccd = "bccd";

    /// <summary>The classes of <see cref="Bccd"/>.</summary>
    public static ImmutableArray<string> BccdClasses { get; } = ["RBC", "WBC", "Platelets"];

    /// <summary>The name under which time series are read.</summary>
    public const string Series = "series";

    /// <summary>The format of sentence pairs.</summary>
    public const string Pairs = "pairs";

    /// <summary>English and Korean sentences.</summary>
    public const string Tatoeba = "tatoeba-eng-kor";

    private static readonly ImmutableArray<DatasetInfo> Known =
    [
        new("digits", DataShape.ForClasses([1, 8, 8], 10), 3823, 1797, "CC BY 4.0",
            "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, https://doi.org/10.24432/C50P49") { IsBuiltIn = true },
        new("mnist", DataShape.ForClasses([1, 28, 28], 10), 60_000, 10_000, "CC BY-SA 3.0, as usually stated",
            "Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits, https://storage.googleapis.com/cvdf-datasets/mnist/"),
        new("fashion-mnist", DataShape.ForClasses([1, 28, 28], 10), 60_000, 10_000, "MIT",
            "H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST, arXiv:1708.07747, https://github.com/zalandoresearch/fashion-mnist"),
        new("cifar-10", DataShape.ForClasses([3, 32, 32], 10) with
            {
                ClassNames = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
            }, 50_000, 10_000, "none stated", "A. Krizhevsky, Learning multiple layers of features from tiny images, 2009, https://www.cs.toronto.edu/~kriz/cifar.html"),
        new("pneumoniamnist", DataShape.ForClasses([1, 28, 28], 2) with { ClassNames = ["normal", "pneumonia"] }, 0, 0, "CC BY 4.0",
            "J. Yang et al., MedMNIST v2, Scientific Data 10:41, 2023, https://medmnist.com, after D. S. Kermany et al. 2018")
            {
                Bring = "get pneumoniamnist.npz from https://medmnist.com and put it into a data folder, or into its subfolder pneumoniamnist",
                Splits = "as the file says; its validation part joins the training examples",
            },
        new(TextSets.Shakespeare, null, 0, 0, "public domain",
            "W. Shakespeare, the tiny text of A. Karpathy's char-rnn (not LEAF's plays), https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt", Clients: 99)
            { Splits = "1,115,394 characters; the end of each role's text, data.test, is the test part" },
        new(TextSets.Sentences, null, 0, 0, "CC BY 4.0",
            "D. Kotzias et al., Sentiment Labelled Sentences, UCI Machine Learning Repository, 2015, https://archive.ics.uci.edu/dataset/331/sentiment+labelled+sentences", Clients: 3)
            {
                Bring = "get it from https://archive.ics.uci.edu/dataset/331/sentiment+labelled+sentences and put amazon_cells_labelled.txt, imdb_labelled.txt and yelp_labelled.txt into a data folder, or into its subfolder sentiment-sentences",
                Splits = "3,000 sentences; data.test of each site's are drawn for the test",
            },
        new(MovieLens100K, Shape: null, 99_057, 943, "research only, not to be passed on",
            "F. M. Harper and J. A. Konstan, The MovieLens Datasets: History and Context, ACM TiiS 5(4), 2015, https://grouplens.org/datasets/movielens/100k/", Clients: 943),
        new(Bccd, Shape: null, 292, 72, "MIT", "C. Shenggan, BCCD Dataset, https://github.com/Shenggan/BCCD_Dataset")
            { Bring = "get it from https://github.com/Shenggan/BCCD_Dataset and put its folders Annotations, JPEGImages and ImageSets into the subfolder bccd of a data folder" },
        new("heart-disease", HeartDisease.Shape, HeartDisease.Patients, 0, "CC BY 4.0",
            "A. Janosi, W. Steinbrunn, M. Pfisterer and R. Detrano, Heart Disease, UCI Machine Learning Repository, 1989, https://doi.org/10.24432/C52P4X",
            HeartDisease.Hospitals.Length)
            {
                IsBuiltIn = true,
                Splits = "740 patients; data.test of each hospital's are drawn for the test",
            },
        new(Tatoeba, Shape: null, 0, 0, "CC BY 2.0 FR",
            "Contributors of the Tatoeba project, selected by https://www.manythings.org/anki (kor-eng.zip of 20 February 2023), https://tatoeba.org", Clients: 47)
            {
                Bring = "get kor-eng.zip of 20 February 2023 from https://www.manythings.org/anki and put its kor.txt into a data folder, or into its subfolder tatoeba-eng-kor",
                Splits = "5,749 pairs; sources that hash below data.test are the test part",
            },
    ];

    /// <summary>Formats of users' own data.</summary>
    public static ImmutableArray<DataFormat> Formats { get; } =
    [
        new(Csv, "a table with a label column", "the values of data.client_column, or the files of a folder"),
        new(Cifar, "a folder of binary files in the layout of CIFAR-10", null),
        new(Npz, "NumPy arrays of images or features and of labels", null),
        new(ImageFolder, "a folder of pictures for each class", "the folders of clients that hold those of classes"),
        new(TextSets.Text, "running text to learn the next symbol of", "the files of a folder, or the roles of data.text.roles"),
        new(TextSets.Labelled, "texts with a label each, in a table", "the values of data.client_column, or the files of a folder"),
        new(TextSets.Leaf, "JSON files of the LEAF benchmark", "the users"),
        new(Ratings, "ratings of items by users", "the users"),
        new(Voc, "pictures with boxes in the layout of Pascal VOC", null),
        new(Series, "time series: tables whose rows are in the order of time", "the values of data.client_column, or the files of a folder"),
        new(Pairs, "sentence pairs of two languages", "the third column of a TSV"),
    ];

    /// <summary>Every value that a job's data.name may have.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Known.Select(known => known.Name), .. Formats.Select(format => format.Name)];

    /// <summary>What is known of a set.</summary>
    /// <param name="name">One of <see cref="Names"/>, in lower case.</param>
    /// <returns>null for a format, of which nothing is known before its files are read, and for a name that is not in the catalogue.</returns>
    public static DatasetInfo? Find(string name) => Known.FirstOrDefault(known => known.Name == name);

    /// <summary>Whether the data may say by itself which client owns an example, so that partition natural is possible.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static bool HasClients(string name) => Find(name) is { Clients: > 0 } || Formats.Any(format => format.Name == name && format.Clients is not null);

    /// <summary>What a job's data gives to a model, as far as that is known before it is read.</summary>
    /// <param name="data">The job's data section, with a name of the catalogue.</param>
    /// <returns>null where only the files tell.</returns>
    public static DataShape? ShapeOf(DataSpec data) => data.Name switch
    {
        MovieLens100K => DataShape.ForRatings(data.Ratings.Feedback, 943, 1682),
        Ratings when data.Ratings is { Users: { } users, Items: { } items } => DataShape.ForRatings(data.Ratings.Feedback, users, items),
        Bccd when DataShape.BoxesFault(data.Image, data.Detection) is null => DataShape.ForBoxes(data.Image, data.Detection, BccdClasses),
        Series when data.Series.Features is { } features => ShapeOfSeries(data.Series, features.Values.Length),
        _ => Find(data.Name)?.Shape ?? TextSets.ShapeOf(data),
    };

    /// <summary>What is learnt from a job's data, as far as that is known before it is read.</summary>
    /// <param name="data">The job's data section, with a name of the catalogue.</param>
    /// <returns>null where only the files tell.</returns>
    public static Objective? ObjectiveOf(DataSpec data) => ShapeOf(data)?.Objective ?? data.Name switch
    {
        Cifar or Npz or ImageFolder or TextSets.Labelled or TextSets.Sentences => Objective.Classification,
        TextSets.Text or TextSets.Shakespeare => Objective.LanguageModel,
        Pairs or Tatoeba => Objective.Translation,
        Ratings => data.Ratings.Feedback == Feedback.Implicit ? Objective.Recommendation : Objective.Regression,
        Voc or Bccd => Objective.Detection,
        Series => Objective.Regression,
        _ => null,
    };

    /// <summary>What series give to a model: the window's rows with the target's past first, and the values that follow.</summary>
    /// <param name="series">The job's section.</param>
    /// <param name="features">Columns beside the target.</param>
    public static DataShape ShapeOfSeries(SeriesSpec series, int features) =>
        DataShape.ForNumbers([series.Window, 1 + features], series.Horizon) with { Naive = new(series.Season) };
}
