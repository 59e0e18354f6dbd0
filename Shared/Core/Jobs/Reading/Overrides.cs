using Federated.Core.Jobs.Describing;

namespace Federated.Core.Jobs.Reading;

/// <summary>Puts values of the command line over a job's tree. A value replaces what stood at its path; a mapping replaces a whole mapping.</summary>
internal sealed class Overrides(JobErrors errors)
{
    /// <summary>Applies overrides in order: a later one wins over an earlier one.</summary>
    public void Apply(MappingNode root, IReadOnlyList<string> overrides)
    {
        foreach (var text in overrides) Apply(root, text);
        foreach (var (path, field) in JobFields.All) Settle(root, path, field);
    }

    private void Apply(MappingNode root, string text)
    {
        if (OverridePath.Split(text) is not var (path, value))
        {
            errors.Add("", $"'{JobErrors.Show(text)}' is no override; write path=value, for example federation.rounds=3.", 0);
            return;
        }
        var steps = OverridePath.Parse(path);
        if (steps.IsEmpty)
            errors.Add("", $"'{JobErrors.Show(path)}' is no path; write keys with dots between them and positions in brackets, "
                + "for example model.layers[0].dense.units.", 0);
        else if (TreeReader.Read(value, path, errors) is { } node)
            Put(root, steps.AsSpan(), node, path);
    }

    private JobNode Put(JobNode? at, ReadOnlySpan<PathStep> steps, JobNode value, string path)
    {
        if (steps.IsEmpty) return value;
        if (steps[0].Key is not { } key) return PutEntry(at, steps, value, path);
        var mapping = at switch
        {
            MappingNode there => there,
            null or ScalarNode { IsNull: true } => new MappingNode(0),
            // A layer that is only a name gets its first option.
            ScalarNode bare when bare.Text == key => new MappingNode(0),
            _ => null,
        };
        if (mapping is null)
        {
            errors.Add(path, $"{at!.Kind} stands where '{key}' would be a key{(at is ListNode ? "; its entries are [0], [1] and so on" : "")}.", 0);
            return at;
        }
        if (mapping.Find(key) is { } entry)
        {
            entry.Value = Put(entry.Value, steps[1..], value, path);
            if (entry.Value.Line == 0) entry.Line = 0;
        }
        else mapping.Entries.Add(new MappingEntry(key, Put(null, steps[1..], value, path), 0));
        return mapping;
    }

    private JobNode PutEntry(JobNode? at, ReadOnlySpan<PathStep> steps, JobNode value, string path)
    {
        var (index, list) = (steps[0].Index, at as ListNode);
        if (list is not null && index < list.Entries.Count)
        {
            list.Entries[index] = Put(list.Entries[index], steps[1..], value, path);
            return list;
        }
        var there = list is null or { Entries.Count: 0 } ? "there is no list here" : $"the list has [0] to [{list.Entries.Count - 1}]";
        errors.Add(path, $"there is no entry [{index}]: {there}.", 0);
        return at ?? ScalarNode.None;
    }

    // Who asks for another optimiser on the command line does not want the file's momentum any more: options of the text that have no effect beside
    // an overriding value fall away. Options that are overrides themselves stay, and are refused when they have no effect.
    private static void Settle(MappingNode root, string path, FieldShape field)
    {
        var parent = Find(root, path[..Math.Max(0, path.LastIndexOf('.'))]) as MappingNode;
        if (parent?.Find(field.Key) is not { } entry) return;
        var replaced = entry.Line > 0 && field.Attribute.InsteadOf is { } others
            && others.Split(' ').Any(other => parent.Find(other) is { Line: 0, Value: not ScalarNode { IsNull: true } });
        var unused = field.Conditions.Any(condition =>
            Find(root, condition.Path) is ScalarNode { Line: 0 } now && !JobFields.Holds(condition, now.Text));
        if (replaced || (unused && HasOnlyText(entry))) parent.Entries.Remove(entry);
    }

    private static bool HasOnlyText(MappingEntry entry)
    {
        if (entry.Value is not MappingNode mapping) return entry.Line > 0;
        mapping.Entries.RemoveAll(HasOnlyText);
        return mapping.Entries.Count == 0;
    }

    private static JobNode? Find(MappingNode root, string path)
    {
        JobNode? node = root;
        foreach (var key in path.Length == 0 ? [] : path.Split('.')) node = (node as MappingNode)?.Find(key)?.Value;
        return node;
    }
}
