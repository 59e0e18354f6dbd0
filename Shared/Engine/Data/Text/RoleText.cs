using System.Text;

namespace Federated.Engine.Data.Text;

/// <summary>Splits a play into what each role says. Blocks are apart by empty lines; a block's first line is the role and a colon, the others its speech, which may be none.</summary>
internal static class RoleText
{
    /// <summary>The speeches of each role one after the other, each ending its line; roles in ordinal order.</summary>
    /// <param name="lines">The play.</param>
    /// <param name="file">Where it is from, for messages.</param>
    /// <param name="errors">Receives what is wrong.</param>
    public static List<ClientText> Split(string[] lines, string file, FileErrors errors)
    {
        var (roles, speech) = (new SortedDictionary<string, StringBuilder>(StringComparer.Ordinal), (StringBuilder?)null);
        for (var i = 0; i < lines.Length && !errors.IsFull; i++)
        {
            var line = lines[i];
            if (line.Length == 0)
            {
                speech = null;   // the next line names who speaks
            }
            else if (speech is not null)
            {
                speech.Append(line).Append('\n');
            }
            else if (line is not [.., _, ':'] || line.Length > 257)
            {
                errors.Add(file, $"line {i + 1}: '{(line.Length > 40 ? line[..40] + "..." : line)}' should be a role and a colon, since an empty line ends a speech; "
                    + "without roles set data.text.roles to false.");
                speech = new();   // skip this block
            }
            else
            {
                var role = line[..^1];
                if (!roles.TryGetValue(role, out speech)) roles.Add(role, speech = new());
            }
        }
        return [.. roles.Select(role => new ClientText(role.Key, role.Value.ToString()))];
    }

    /// <summary>Those with enough text.</summary>
    /// <param name="roles">All.</param>
    /// <param name="least">Roles with fewer characters are left out.</param>
    /// <param name="errors">Receives the complaint when none is left.</param>
    public static List<ClientText> Keep(List<ClientText> roles, int least, FileErrors errors)
    {
        var kept = roles.FindAll(role => role.Text.Length >= least);
        if (kept.Count == 0)
            errors.Add($"none of its {roles.Count} roles has {least} characters or more; lower data.text.role_characters.");
        return kept;
    }
}
