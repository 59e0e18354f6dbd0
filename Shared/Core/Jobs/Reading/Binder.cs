using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Federated.Core.Jobs.Describing;

namespace Federated.Core.Jobs.Reading;

/// <summary>Turns a tree into records by their declarations, and names everything that does not fit.</summary>
/// <param name="errors">Receives what is wrong.</param>
/// <param name="whole">The record of the whole file.</param>
internal sealed class Binder(JobErrors errors, RecordShape whole)
{
    private static readonly MethodInfo MakeList = typeof(Binder).GetMethod(nameof(ListOf), BindingFlags.NonPublic | BindingFlags.Static)!;

    private readonly Dictionary<string, int> _written = [];

    /// <summary>Lines of the keys that were written with a value, by full path.</summary>
    public IReadOnlyDictionary<string, int> Written => _written;

    /// <summary>Binds a whole file.</summary>
    /// <returns>The record; what could not be read has its default.</returns>
    public object Bind(JobNode root) => Record(whole, root, "");

    private object Record(RecordShape shape, JobNode node, string path)
    {
        var record = Activator.CreateInstance(shape.Type)!;
        var given = new HashSet<string>();
        if (node is MappingNode mapping)
        {
            foreach (var entry in mapping.Entries)
            {
                given.Add(entry.Key);
                var at = JobFields.Join(path, JobErrors.Show(entry.Key));
                if (shape.Find(entry.Key) is { } field) Assign(record, field, entry, at);
                else errors.Add(at, entry.Line, () => Sentences.UnknownKey(entry.Key, shape, whole));
            }
        }
        else if (node is not ScalarNode { IsNull: true })
        {
            errors.Add(path, $"{node.Kind} stands here; {Sentences.Needs(shape)}.", node.Line);
            return record;
        }
        foreach (var missing in shape.Fields.Where(field => field.Attribute.Required && !given.Contains(field.Key)))
            errors.Add(JobFields.Join(path, missing.Key), $"is missing; {Sentences.Needs(missing)}.", node.Line);
        return record;
    }

    private void Assign(object record, FieldShape field, MappingEntry entry, string path)
    {
        if (entry.Value is not ScalarNode { IsNull: true }) _written[path] = entry.Line;
        var value = field switch
        {
            { Record: { } below } => Record(below, entry.Value, path),
            { Entries: { } entries } => List(field, entries, entry.Value, path),
            { Kind: FieldKind.Numbers } => Numbers(field, entry.Value, path),
            { Kind: FieldKind.Texts } => Texts(field, entry.Value, path),
            { Kind: FieldKind.TextLists } => TextLists(field, entry.Value, path),
            _ => Scalar(field, entry.Value, path),
        };
        if (value is not null) field.Property.SetValue(record, value);
    }

    private object? Scalar(FieldShape field, JobNode node, string path)
    {
        var (value, error) = node is ScalarNode scalar ? ScalarReader.Read(field, scalar)
            : (null, $"{node.Kind} stands here; {Sentences.Needs(field)}.");
        if (error is not null) errors.Add(path, error, node.Line);
        return value;
    }

    private NumberList? Numbers(FieldShape field, JobNode node, string path)
    {
        if (node is ScalarNode { IsNull: true } && field.Optional) return null;
        if (node is not ListNode { Entries.Count: > 0 } list)
        {
            errors.Add(path, $"{(node is ListNode ? "an empty list" : node.Kind)} stands here; {Sentences.Needs(field)}.", node.Line);
            return null;
        }
        var numbers = ImmutableArray.CreateBuilder<double>(list.Entries.Count);
        for (var i = 0; i < list.Entries.Count; i++)
        {
            var (number, error) = list.Entries[i] is ScalarNode scalar ? ScalarReader.Number(field, scalar)
                : (0, $"{list.Entries[i].Kind} stands here; {Sentences.Needs(field)}.");
            if (error is not null) errors.Add(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), error, list.Entries[i].Line);
            numbers.Add(number);
        }
        return new NumberList(numbers.MoveToImmutable());
    }

    private TextList? Texts(FieldShape field, JobNode node, string path)
    {
        if (node is ScalarNode { IsNull: true } && field.Optional) return null;
        if (node is not ListNode list)
        {
            errors.Add(path, $"{node.Kind} stands here; needs a list of texts such as [a, b].", node.Line);
            return null;
        }
        var texts = ImmutableArray.CreateBuilder<string>(list.Entries.Count);
        for (var i = 0; i < list.Entries.Count; i++)
        {
            var (text, error) = list.Entries[i] is ScalarNode scalar ? ScalarReader.Item(field, scalar) : ("", $"{list.Entries[i].Kind} stands here; needs one text.");
            if (error is not null) errors.Add(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), error, list.Entries[i].Line);
            texts.Add(text);
        }
        return new TextList(texts.MoveToImmutable());
    }

    private TextLists? TextLists(FieldShape field, JobNode node, string path)
    {
        if (node is not MappingNode mapping)
        {
            errors.Add(path, $"{node.Kind} stands here; {Sentences.Needs(field)}.", node.Line);
            return null;
        }
        var lists = ImmutableArray.CreateBuilder<(string, TextList)>(mapping.Entries.Count);
        foreach (var entry in mapping.Entries)
            if (Texts(field, entry.Value, JobFields.Join(path, JobErrors.Show(entry.Key))) is { } list) lists.Add((entry.Key, list));
        return new TextLists(lists.ToImmutable());
    }

    private object? List(FieldShape field, UnionShape union, JobNode node, string path)
    {
        if (node is not ListNode list)
        {
            if (node is not ScalarNode { IsNull: true }) errors.Add(path, $"{node.Kind} stands here; {Sentences.Needs(field)}.", node.Line);
            else if (field.Attribute.Required) errors.Add(path, $"has no value; {Sentences.Needs(field)}.", node.Line);
            return null;
        }
        if (field.Attribute.Required && list.Entries.Count == 0) errors.Add(path, $"the list is empty; it needs at least one {union.Entry}.", node.Line);
        var entries = new List<object>();
        for (var i = 0; i < list.Entries.Count; i++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            _written[at] = list.Entries[i].Line;
            if (Entry(union, list.Entries[i], at) is { } entry) entries.Add(entry);
        }
        return MakeList.MakeGenericMethod(field.Property.PropertyType.GetGenericArguments()).Invoke(null, [entries]);
    }

    private object? Entry(UnionShape union, JobNode node, string path)
    {
        var (name, options) = node switch
        {
            ScalarNode { IsNull: false } bare => (bare.Text, new ScalarNode("", quoted: false, bare.Line)),
            MappingNode { Entries: [var only] } => (only.Key, only.Value),
            _ => (null, node),
        };
        if (name is null)
        {
            var what = node is MappingNode { Entries: [var first, _, ..] keys }
                ? $"{keys.Count} keys stand here; indent the options below '{JobErrors.Show(first.Key)}', since a {union.Entry} is one name"
                : $"{node.Kind} stands here; a {union.Entry} is one name, with its options below it";
            errors.Add(path, $"{what}, for example '- {union.Names[0]}: {{...}}'.", node.Line);
            return null;
        }
        foreach (var (known, shape) in union.Entries)
            if (known == name) return Record(shape, options, $"{path}.{name}");
        var record = union.Bare.FirstOrDefault(bare => bare.Word == name).Record;
        if (record is null) errors.Add(path, node.Line, () => Sentences.Unknown(name, union.Names));
        else if (options is not ScalarNode { IsNull: true }) errors.Add(path, $"{name} has no options; write just '- {name}'.", options.Line);
        return record;
    }

    private static ImmutableArray<T> ListOf<T>(List<object> entries) => [.. entries.Cast<T>()];
}
