using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Federated.Core.Jobs.Describing;

/// <summary>A key of the job with its full path.</summary>
internal sealed record PlacedField(string Path, FieldShape Field);

/// <summary>All keys of the job by full path. Options of list entries are not among them: their paths depend on the list.</summary>
internal static class JobFields
{
    private static readonly ConcurrentDictionary<RecordShape, ImmutableArray<PlacedField>> Known = new();

    /// <summary>Every key, a record before its own keys, in order of declaration.</summary>
    public static ImmutableArray<PlacedField> All => Of(RecordShape.Job);

    /// <summary>The same of another file.</summary>
    /// <param name="whole">The record of the whole file.</param>
    public static ImmutableArray<PlacedField> Of(RecordShape whole) => Known.GetOrAdd(whole, static whole => [.. Below(whole, "")]);

    /// <summary>A path with one more key.</summary>
    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    /// <summary>The value at a path.</summary>
    /// <exception cref="ArgumentException">The job has no such path.</exception>
    public static object? Get(JobSpec job, string path)
    {
        object? value = job;
        foreach (var key in path.Split('.'))
        {
            var field = RecordShape.Of(value!.GetType()).Find(key) ?? throw new ArgumentException($"A job has no {path}.", nameof(path));
            value = field.Property.GetValue(value);
        }
        return value;
    }

    /// <summary>The first condition under which a key has an effect that this job does not meet; null when it has one.</summary>
    public static AppliesWhenAttribute? Unmet(JobSpec job, FieldShape field) =>
        field.Conditions.FirstOrDefault(condition => !Holds(condition, ValueText.Of(Get(job, condition.Path))));

    /// <summary>Whether a condition holds for a value of its key.</summary>
    public static bool Holds(AppliesWhenAttribute condition, string value) => condition.Values.Contains(value) != condition.Not;

    private static IEnumerable<PlacedField> Below(RecordShape record, string path)
    {
        foreach (var field in record.Fields)
        {
            var at = Join(path, field.Key);
            yield return new(at, field);
            if (field.Record is null) continue;
            foreach (var below in Below(field.Record, at)) yield return below;
        }
    }
}
