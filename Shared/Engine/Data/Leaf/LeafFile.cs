using System.Text.Json;
using Federated.Engine.Data.Text;

namespace Federated.Engine.Data.Leaf;

/// <summary>One example of a user: a text or numbers, and the label as it is written.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="Text">The text; null for numbers.</param>
/// <param name="Numbers">The numbers; null for a text.</param>
/// <param name="Label">The label.</param>
internal sealed record LeafExample(string User, string? Text, float[]? Numbers, string Label);

/// <summary>Reads a JSON file of the LEAF benchmark: <c>users</c>, <c>num_samples</c> and <c>user_data</c> with <c>x</c> and <c>y</c> for each user.</summary>
internal static class LeafFile
{
    /// <summary>Reads the examples of all users in the order of <c>users</c>.</summary>
    /// <param name="file">The file.</param>
    /// <param name="examples">Receives them.</param>
    /// <param name="errors">Receives what is wrong with the file.</param>
    /// <param name="faults">Receives the users whose data cannot be used.</param>
    public static void Read(string file, List<LeafExample> examples, FileErrors errors, IList<ClientFault> faults)
    {
        try
        {
            using var document = JsonDocument.Parse(TextFile.Bytes(file));
            Read(document.RootElement, file, examples, errors, faults);
        }
        catch (JsonException broken)
        {
            errors.Add(file, $"line {broken.LineNumber + 1}: this is not JSON: {broken.Message.Split(" LineNumber", 2)[0]} Write the file anew; is it cut off?");
        }
        // Half of a surrogate pair, written as an escape.
        catch (InvalidOperationException)
        {
            errors.Add(file, "a text in it has an escape such as \\ud800 that stands for no character; write the file anew with proper escapes.");
        }
    }

    private static void Read(JsonElement root, string file, List<LeafExample> examples, FileErrors errors, IList<ClientFault> faults)
    {
        if (Property(root, "users", JsonValueKind.Array) is not { } users || Property(root, "user_data", JsonValueKind.Object) is not { } data)
        {
            errors.Add(file, "a file of LEAF is an object with the lists 'users' and 'num_samples' and the object 'user_data'.");
            return;
        }
        var counts = Property(root, "num_samples", JsonValueKind.Array)?.EnumerateArray().ToArray();
        if (counts is not null && counts.Length != users.GetArrayLength()) errors.Add(file, $"'users' has {users.GetArrayLength()} entries and 'num_samples' {counts.Length}.");
        foreach (var (place, user) in users.EnumerateArray().Index())
        {
            if (errors.IsFull) return;
            if (user.ValueKind != JsonValueKind.String || user.GetString() is not { } name || ClientName.Fault(name) is not null)
                errors.Add(file, $"user {place + 1} of 'users': a user's name is a text of 1 to 256 characters.");
            else
            {
                var (of, read) = (new FileErrors(file), new List<LeafExample>());
                if (Property(data, name, JsonValueKind.Object) is not { } own) of.Add($"user '{name}' has no entry in 'user_data'.");
                else ReadUser(name, own, counts?.ElementAtOrDefault(place), file, read, of);
                if (of.Told is { } told) faults.Add(new(name, told));
                else examples.AddRange(read);
            }
        }
    }

    private static void ReadUser(string user, JsonElement own, JsonElement? count, string file, List<LeafExample> examples, FileErrors errors)
    {
        if (Property(own, "x", JsonValueKind.Array) is not { } x || Property(own, "y", JsonValueKind.Array) is not { } y)
        {
            errors.Add(file, $"user '{user}' needs the lists 'x' and 'y'.");
            return;
        }
        if (x.GetArrayLength() != y.GetArrayLength()) errors.Add(file, $"user '{user}' has {x.GetArrayLength()} examples in 'x' and {y.GetArrayLength()} labels in 'y'.");
        else if (x.GetArrayLength() == 0) errors.Add(file, $"user '{user}' has no examples: leave the user out.");
        else if (count is { ValueKind: JsonValueKind.Number } said && said.GetDouble() != x.GetArrayLength())
            errors.Add(file, $"user '{user}' has {x.GetArrayLength()} examples, and 'num_samples' says {said.GetRawText()}.");
        foreach (var (number, (value, label)) in x.EnumerateArray().Zip(y.EnumerateArray()).Index())
        {
            if (errors.IsFull) return;
            if (Example(user, value, label, out var complaint) is { } example) examples.Add(example);
            else errors.Add(file, $"user '{user}', example {number + 1}: {complaint}");
        }
    }

    private static LeafExample? Example(string user, JsonElement x, JsonElement y, out string complaint)
    {
        complaint = "";
        var label = y.ValueKind switch { JsonValueKind.String => y.GetString()!, JsonValueKind.Number => y.GetRawText(), _ => "" };
        if (label.Length == 0) complaint = "its label is neither a number nor a text. Give it one, or leave the example out.";
        else if (x.ValueKind == JsonValueKind.String && string.IsNullOrEmpty(x.GetString())) complaint = "its text is empty. Fill it in, or leave the example out.";
        else if (x.ValueKind == JsonValueKind.String) return new(user, x.GetString(), null, label);
        else if (Numbers(x) is { } numbers) return new(user, null, numbers, label);
        else complaint = "'x' is neither a text nor a list of finite numbers. Other tasks of LEAF keep more than that in it: take the text or the numbers out first.";
        return null;
    }

    private static float[]? Numbers(JsonElement x)
    {
        if (x.ValueKind == JsonValueKind.Number) return float.IsFinite(x.GetSingle()) ? [x.GetSingle()] : null;
        if (x.ValueKind != JsonValueKind.Array || x.GetArrayLength() == 0) return null;
        var numbers = new List<float>(x.GetArrayLength());
        foreach (var value in x.EnumerateArray())
        {
            if (value.ValueKind != JsonValueKind.Number || !float.IsFinite(value.GetSingle())) return null;
            numbers.Add(value.GetSingle());
        }
        return [.. numbers];
    }

    private static JsonElement? Property(JsonElement element, string name, JsonValueKind kind) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : null;
}
