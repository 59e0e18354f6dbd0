using System.Collections;
using System.Text;
using Federated.Core.Jobs.Describing;

namespace Federated.Core.Jobs;

/// <summary>Writes a job out in full: every key that has an effect, with defaults. The same job always gives the same text, and <see cref="JobReader"/>
/// reads an equal job from it.</summary>
public static class JobWriter
{
    /// <summary>The complete job file.</summary>
    /// <param name="job">A checked job.</param>
    /// <exception cref="ArgumentException">A value has no form in a job file: a duration of fractions of a millisecond. No checked job has one.</exception>
    public static string Write(JobSpec job)
    {
        var text = new StringBuilder();
        Record(text, job, RecordShape.Job, job, "");
        return text.ToString();
    }

    private static void Record(StringBuilder text, JobSpec job, RecordShape shape, object record, string indent)
    {
        foreach (var field in shape.Fields)
        {
            if (JobFields.Unmet(job, field) is not null) continue;
            var value = field.Property.GetValue(record);
            if (field.Record is not null)
            {
                text.Append(indent).Append(field.Key).Append(":\n");
                Record(text, job, field.Record, value!, indent + "  ");
            }
            else if (field.Entries is not null) List(text, field, (IEnumerable)value!, indent);
            else if (value is not null || field.Attribute is { InsteadOf: null, LeftOut: false })
                text.Append(indent).Append(field.Key).Append(": ").Append(ValueText.Of(value)).Append('\n');
        }
    }

    private static void List(StringBuilder text, FieldShape field, IEnumerable entries, string indent)
    {
        var first = true;
        foreach (var entry in entries)
        {
            if (first) text.Append(indent).Append(field.Key).Append(":\n");
            first = false;
            text.Append(indent).Append("  - ");
            Entry(text, field.Entries!, entry, indent + "      ");
        }
    }

    private static void Entry(StringBuilder text, UnionShape union, object entry, string indent)
    {
        foreach (var (word, record) in union.Bare)
        {
            if (!entry.Equals(record)) continue;
            text.Append(word).Append('\n');
            return;
        }
        var (name, shape) = union.Entries.FirstOrDefault(candidate => candidate.Shape.Type == entry.GetType());
        if (name is null) throw new ArgumentException($"{entry} has no form in a job file.", nameof(entry));
        text.Append(name);
        if (shape.Fields.All(field => field.Entries is null))
        {
            var options = shape.Fields.Select(field => $"{field.Key}: {ValueText.Of(field.Property.GetValue(entry))}");
            text.Append(shape.Fields.IsEmpty ? "\n" : $": {{{string.Join(", ", options)}}}\n");
            return;
        }
        // With a list among its options an entry takes a line for each of them.
        text.Append(":\n");
        foreach (var field in shape.Fields)
        {
            var value = field.Property.GetValue(entry);
            if (field.Entries is not null) List(text, field, (IEnumerable)value!, indent);
            else text.Append(indent).Append(field.Key).Append(": ").Append(ValueText.Of(value)).Append('\n');
        }
    }
}
