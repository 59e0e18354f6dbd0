using System.Collections.Immutable;
using System.Reflection;
using Federated.Core.Algorithms;
using Federated.Core.Datasets;
using Federated.Core.Models;

namespace Federated.Core.Jobs.Describing;

/// <summary>What a key's value looks like in the file.</summary>
internal enum FieldKind
{
    /// <summary>Any text, or a name out of a catalogue.</summary>
    Text,

    /// <summary>true or false.</summary>
    Flag,

    /// <summary>A whole number of 32 bits.</summary>
    Whole,

    /// <summary>A whole number from 0 of 64 bits.</summary>
    Natural,

    /// <summary>A finite number.</summary>
    Real,

    /// <summary>A duration with units.</summary>
    Duration,

    /// <summary>One word of an enumeration.</summary>
    Choice,

    /// <summary>A list of finite numbers.</summary>
    Numbers,

    /// <summary>A list of texts.</summary>
    Texts,

    /// <summary>Lists of texts by name.</summary>
    TextLists,

    /// <summary>Keys of its own.</summary>
    Record,

    /// <summary>A list of entries of several kinds.</summary>
    List,
}

/// <summary>One key of the job file: everything that reading, writing and documenting need to know of it.</summary>
internal sealed class FieldShape
{
    private readonly Type? _entry;

    internal FieldShape(PropertyInfo property, object? initial)
    {
        (Property, Default, Key) = (property, initial, Words.SnakeCase(property.Name));
        Attribute = property.GetCustomAttribute<JobFieldAttribute>()!;
        Conditions = [.. property.GetCustomAttributes<AppliesWhenAttribute>()];
        Reasons = [.. property.GetCustomAttributes<DoesNotGoWithAttribute>()];
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        Kind = type switch
        {
            _ when type == typeof(string) => FieldKind.Text,
            _ when type == typeof(bool) => FieldKind.Flag,
            _ when type == typeof(int) => FieldKind.Whole,
            _ when type == typeof(ulong) => FieldKind.Natural,
            _ when type == typeof(double) => FieldKind.Real,
            _ when type == typeof(TimeSpan) => FieldKind.Duration,
            _ when type == typeof(NumberList) => FieldKind.Numbers,
            _ when type == typeof(TextList) => FieldKind.Texts,
            _ when type == typeof(TextLists) => FieldKind.TextLists,
            { IsEnum: true } => FieldKind.Choice,
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) => FieldKind.List,
            { IsClass: true } => FieldKind.Record,
            _ => throw new NotSupportedException($"{property.DeclaringType!.Name}.{property.Name}: a job has no values of type {type.Name}."),
        };
        if (Kind == FieldKind.Choice) Choices = Words.Of(type);
        if (Kind == FieldKind.Record) Record = RecordShape.Of(type);
        if (Kind == FieldKind.List) _entry = type.GetGenericArguments()[0];
    }

    /// <summary>The record's property.</summary>
    public PropertyInfo Property { get; }

    /// <summary>The key in the file.</summary>
    public string Key { get; }

    /// <summary>Its declaration.</summary>
    public JobFieldAttribute Attribute { get; }

    /// <summary>When it has an effect.</summary>
    public ImmutableArray<AppliesWhenAttribute> Conditions { get; }

    /// <summary>Why it has none with some values of those keys.</summary>
    public ImmutableArray<DoesNotGoWithAttribute> Reasons { get; }

    /// <summary>What its value looks like.</summary>
    public FieldKind Kind { get; }

    /// <summary>The value without the key; null where a value is optional.</summary>
    public object? Default { get; }

    /// <summary>Whether null is a value.</summary>
    public bool Optional => Default is null;

    /// <summary>Choice: words and values.</summary>
    public ImmutableArray<(string Word, object Value)> Choices { get; } = [];

    /// <summary>Record: its shape.</summary>
    public RecordShape? Record { get; }

    /// <summary>List: its entries. Found on use, since an entry may itself have a list of such entries.</summary>
    public UnionShape? Entries => _entry is null ? null : UnionShape.Of(_entry);

    /// <summary>Text out of a catalogue: its names; else empty. Read on use, since a catalogue may itself need the job's records.</summary>
    public ImmutableArray<string> Names => Attribute.Names switch
    {
        JobNames.Models => NamedModels.Names,
        JobNames.Datasets => DatasetCatalog.Names,
        JobNames.Algorithms => AlgorithmCatalog.Names,
        _ => [],
    };
}
