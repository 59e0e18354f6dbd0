namespace Federated.Core.Jobs;

/// <summary>What the columns of a table are.</summary>
public sealed record TableSpec
{
    /// <value>What stands between the fields of a row.</value>
    [JobField("What stands between the fields of a row.")]
    public Separator Separator { get; init; } = Separator.Comma;

    /// <value>Columns of categories.</value>
    [JobField("Columns of categories. Each becomes as many features as it has categories: 1 for that of the row, 0 for the others.")]
    public TextList Categorical { get; init; } = [];

    /// <value>The categories of columns, or the classes of the label's column.</value>
    [JobField("The categories of a column in the order of their features, or the classes of the label's column. "
        + "Without them they are those found in the data, which needs data.placement shared.")]
    public TextLists Categories { get; init; } = TextLists.None;

    /// <value>Columns that are no features.</value>
    [JobField("Columns that are no features.")]
    public TextList Ignore { get; init; } = [];

    /// <value>Fields that stand for a missing value.</value>
    [JobField("Fields that say that a value is missing, without the blanks around them.")]
    public TextList Missing { get; init; } = ["", "?"];

    /// <value>What becomes of missing values.</value>
    [JobField("refuse: a missing value is an error. mean: the mean of all clients stands in for a missing number, by the layer normalize; "
        + "a row without a category has 0 in all features of that column.")]
    public Imputation Impute { get; init; } = Imputation.Refuse;

    /// <value>Columns that get a feature more, which tells missing values.</value>
    [JobField("Columns that get a feature more: 1 where the value is missing, else 0.")]
    [AppliesWhen("data.table.impute", "mean")]
    public TextList Indicators { get; init; } = [];
}

/// <summary>What stands between the fields of a row.</summary>
public enum Separator
{
    /// <summary>As in CSV.</summary>
    Comma,

    /// <summary>As in TSV.</summary>
    Tab,

    /// <summary>As where the comma is the decimal point; numbers still have a point.</summary>
    Semicolon,
}

/// <summary>What becomes of missing values.</summary>
public enum Imputation
{
    /// <summary>They are errors.</summary>
    Refuse,

    /// <summary>The mean of all clients.</summary>
    Mean,
}
