using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data.Published;

namespace Federated.Engine.Data.Text;

/// <summary>The tiny Shakespeare text: plays as blocks of roles. It is not the set of LEAF, which has the 1146 roles of all plays.</summary>
internal static class ShakespeareSet
{
    /// <summary>Its one file.</summary>
    public static PublishedSet Published { get; } = new(TextSets.Shakespeare,
    [
        new("input.txt", 1_115_394, "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
            [new("https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt")]),
    ]);

    /// <exception cref="EngineException">No folder has it, or the job's vocabulary does not fit.</exception>
    public static LoadedSet Load(DataSpec data, DataFolders folders)
    {
        var path = Path.Combine(Published.Find(folders), Published.Files[0].Name);
        var errors = new FileErrors(path);
        var roles = RoleText.Split(TextFile.Lines(path), path, errors);
        roles = RoleText.Keep(roles, data.Text.RoleCharacters, errors);
        errors.ThrowIfAny();
        return RunningText.Create(roles, data, Vocabularies.Fixed(data, folders), path, []);
    }
}
