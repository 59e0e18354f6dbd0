using System.Globalization;
using Federated.Core.Jobs;

namespace Federated.Engine.Data.Tables;

/// <summary>One column of features while its table is read. Not thread-safe.</summary>
/// <param name="index">Position in a row.</param>
/// <param name="name">Its name.</param>
/// <param name="isMissing">Whether a field, without the blanks around it, stands for a missing value.</param>
/// <param name="impute">What becomes of missing values.</param>
/// <param name="hasIndicator">Whether a feature tells missing values.</param>
internal abstract class TableColumn(int index, string name, Func<string, bool> isMissing, Imputation impute, bool hasIndicator)
{
    /// <summary>Position in a row.</summary>
    public int Index { get; } = index;

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Features that it becomes, the indicator included; known once all rows are read.</summary>
    public int Width => Values + (hasIndicator ? 1 : 0);

    /// <summary>Which of its features are 0 or 1 by their making.</summary>
    public IEnumerable<int> Flags => Enumerable.Range(0, Width).Where(feature => IsFlag || feature == Values);

    /// <summary>Features without the indicator.</summary>
    protected abstract int Values { get; }

    /// <summary>Whether those are flags.</summary>
    protected abstract bool IsFlag { get; }

    /// <summary>Takes in the field of the next row.</summary>
    /// <param name="field">As it is in the file.</param>
    /// <param name="line">For messages.</param>
    /// <param name="errors">Receives what is wrong.</param>
    public void Read(string field, int line, TableErrors errors)
    {
        var text = field.Trim();
        if (!isMissing(text))
        {
            if (Take(text) is { } wrong) errors.Add(line, Name, wrong);
            return;
        }
        if (impute == Imputation.Refuse)
            errors.Add(line, Name, "the value is missing. Fill it in, leave the row out, or set data.table.impute to mean.");
        Miss();
    }

    /// <summary>Whether the value of a row is missing.</summary>
    public abstract bool Misses(int row);

    /// <summary>Writes the features of a row, the indicator last.</summary>
    /// <param name="row">0-based.</param>
    /// <param name="destination">Exactly <see cref="Width"/> values.</param>
    public void Write(int row, Span<float> destination)
    {
        WriteValues(row, destination[..Values]);
        if (hasIndicator) destination[^1] = Misses(row) ? 1 : 0;
    }

    /// <summary>Takes in a value; says what is wrong with it.</summary>
    protected abstract string? Take(string text);

    /// <summary>Takes in that there is none.</summary>
    protected abstract void Miss();

    /// <summary>Writes the features without the indicator.</summary>
    protected abstract void WriteValues(int row, Span<float> destination);
}

/// <summary>Numbers; a missing one is NaN.</summary>
internal sealed class NumberColumn(int index, string name, Func<string, bool> isMissing, Imputation impute, bool hasIndicator)
    : TableColumn(index, name, isMissing, impute, hasIndicator)
{
    private readonly List<float> _values = [];

    protected override int Values => 1;

    protected override bool IsFlag => false;

    public override bool Misses(int row) => float.IsNaN(_values[row]);

    protected override string? Take(string text)
    {
        if (CsvNumber.TryParse(text, out var value) && float.IsFinite((float)value))
        {
            _values.Add((float)value);
            return null;
        }
        Miss();
        return $"'{TableErrors.Show(text)}' is not a finite number. Name the column in data.table.categorical if it has categories, in data.table.ignore if it is no feature, "
            + "or the text in data.table.missing if it stands for a missing value.";
    }

    protected override void Miss() => _values.Add(float.NaN);

    protected override void WriteValues(int row, Span<float> destination) => destination[0] = _values[row];
}

/// <summary>Categories, one feature each; a missing one has 0 in all.</summary>
internal sealed class CategoryColumn : TableColumn
{
    /// <summary>Most categories that are taken for categories where the job does not list them.</summary>
    public const int MostFound = 1000;

    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly List<int> _rows = [];
    private readonly bool _listed;
    private int[] _features = [];

    /// <param name="index">Position in a row.</param>
    /// <param name="name">Its name.</param>
    /// <param name="isMissing">Whether a field stands for a missing value.</param>
    /// <param name="impute">What becomes of missing values.</param>
    /// <param name="hasIndicator">Whether a feature tells missing values.</param>
    /// <param name="listed">The categories in the order of their features; null where they are those found.</param>
    public CategoryColumn(int index, string name, Func<string, bool> isMissing, Imputation impute, bool hasIndicator, TextList? listed)
        : base(index, name, field => listed?.Values.Contains(field) != true && isMissing(field), impute, hasIndicator)
    {
        _listed = listed is not null;
        foreach (var category in listed?.Values ?? []) _codes.TryAdd(Canonical(category), _codes.Count);
    }

    protected override int Values => _codes.Count;

    protected override bool IsFlag => true;

    public override bool Misses(int row) => _rows[row] < 0;

    /// <summary>All rows are read: says what is wrong with the column as a whole, and gives categories that were found their order, numerical where all are numbers and
    /// else that of their characters.</summary>
    public string? Settle()
    {
        if (_codes.Count == 0) return $"column '{Name}' has no category at all; name it in data.table.ignore.";
        if (!_listed && _codes.Count > MostFound)
            return $"column '{Name}' has {_codes.Count} different values, which are no categories: name it in data.table.ignore, or list them in data.table.categories.";
        IEnumerable<string> ordered = _codes.Keys;
        if (!_listed)
        {
            ordered = ordered.All(text => CsvNumber.TryParse(text, out _)) ? ordered.OrderBy(text => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture))
                : ordered.Order(StringComparer.Ordinal);
        }
        _features = new int[_codes.Count];
        foreach (var (feature, text) in ordered.Index()) _features[_codes[text]] = feature;
        return null;
    }

    protected override string? Take(string text)
    {
        var category = Canonical(text);
        if (!_codes.TryGetValue(category, out var code))
        {
            if (_listed)
            {
                Miss();
                return $"'{TableErrors.Show(text)}' is none of the categories that data.table.categories lists ({string.Join(", ", _codes.Keys.Take(20))}): correct it, or add it to the list.";
            }
            _codes.Add(category, code = _codes.Count);
        }
        _rows.Add(code);
        return null;
    }

    protected override void Miss() => _rows.Add(-1);

    protected override void WriteValues(int row, Span<float> destination)
    {
        destination.Clear();
        if (_rows[row] >= 0) destination[_features[_rows[row]]] = 1;
    }

    /// <summary>One text for all that mean the same number: 1, 1.0 and +1e0.</summary>
    internal static string Canonical(string text) => CsvNumber.TryParse(text, out var value) ? value.ToString("R", CultureInfo.InvariantCulture) : text;
}
