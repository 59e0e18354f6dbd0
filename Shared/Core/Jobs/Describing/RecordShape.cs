using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;

namespace Federated.Core.Jobs.Describing;

/// <summary>A record of the job as the file sees it: its keys in order of declaration.</summary>
internal sealed class RecordShape
{
    private static readonly ConcurrentDictionary<Type, RecordShape> Known = new();

    private readonly Dictionary<string, FieldShape> _byKey;

    private RecordShape(Type type)
    {
        Type = type;
        var defaults = Activator.CreateInstance(type)!;
        Fields = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.IsDefined(typeof(JobFieldAttribute)))
            .Select(property => new FieldShape(property, property.GetValue(defaults)))];
        _byKey = Fields.ToDictionary(field => field.Key);
    }

    /// <summary>The whole job.</summary>
    public static RecordShape Job => Of(typeof(JobSpec));

    /// <summary>The record.</summary>
    public Type Type { get; }

    /// <summary>The keys.</summary>
    public ImmutableArray<FieldShape> Fields { get; }

    /// <summary>The shape of a record with an empty constructor.</summary>
    public static RecordShape Of(Type type) => Known.GetOrAdd(type, static type => new RecordShape(type));

    /// <summary>A key's shape; null for an unknown key.</summary>
    public FieldShape? Find(string key) => _byKey.GetValueOrDefault(key);
}
