using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;

namespace Federated.Core.Jobs.Describing;

/// <summary>A list whose entries are of several kinds, each under its name: the layers of a model. An abstract record with its sealed records.</summary>
internal sealed class UnionShape
{
    private static readonly ConcurrentDictionary<Type, UnionShape> Known = new();

    private UnionShape(Type type)
    {
        var ending = WithoutEnding(type.Name, "Spec");
        var (entries, words) = (ImmutableArray.CreateBuilder<(string, RecordShape)>(), ImmutableArray.CreateBuilder<(string, object)>());
        var kinds = type.GetCustomAttribute<JobEntriesAttribute>()?.Kinds ?? throw new NotSupportedException($"{type.Name} does not say which entries it has.");
        foreach (var record in kinds)
        {
            if (record.GetCustomAttribute<JobWordAttribute>() is { } word) words.AddRange(WordsOf(record, word));
            else entries.Add((Words.SnakeCase(WithoutEnding(record.Name, ending)), RecordShape.Of(record)));
        }
        (Entry, Entries, Bare) = (Words.SnakeCase(ending), entries.ToImmutable(), words.ToImmutable());
        Names = [.. Entries.Select(entry => entry.Name), .. Bare.Select(bare => bare.Word)];
    }

    /// <summary>What an entry is called: layer.</summary>
    public string Entry { get; }

    /// <summary>Entries with options, by name.</summary>
    public ImmutableArray<(string Name, RecordShape Shape)> Entries { get; }

    /// <summary>Entries that are only a word, with the record that the word stands for.</summary>
    public ImmutableArray<(string Word, object Record)> Bare { get; }

    /// <summary>All names and words.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>The shape of an abstract record.</summary>
    public static UnionShape Of(Type type) => Known.GetOrAdd(type, static type => new UnionShape(type));

    private static string WithoutEnding(string name, string ending) => name.EndsWith(ending, StringComparison.Ordinal) ? name[..^ending.Length] : name;

    private static IEnumerable<(string, object)> WordsOf(Type record, JobWordAttribute attribute)
    {
        var property = record.GetProperties().Single(candidate => candidate.IsDefined(typeof(JobFieldAttribute)));
        foreach (var (word, value) in Words.Of(property.PropertyType).Where(member => !attribute.Except.Contains(member.Word)))
        {
            var entry = Activator.CreateInstance(record)!;
            property.SetValue(entry, value);
            yield return (word, entry);
        }
    }
}
