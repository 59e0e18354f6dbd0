using Federated.Core.Jobs;

namespace Federated.Engine.Data.Text;

/// <summary>Running text of the user's: a file, or a folder with a file for each client; with roles, each role is a client whatever file it speaks in.</summary>
internal static class TextSet
{
    /// <param name="path">A file or a folder that is there.</param>
    /// <param name="data">How text becomes windows.</param>
    /// <param name="vocabulary">The symbols; null for the words of the training part.</param>
    /// <exception cref="EngineException">It is empty, not UTF-8, has no roles, or the vocabulary does not fit.</exception>
    public static LoadedSet Load(string path, DataSpec data, Vocabulary? vocabulary)
    {
        var errors = new FileErrors(path);
        var files = TextFile.In(path, ".txt");
        List<ClientText> texts;
        if (data.Text.Roles)
        {
            var parts = files.SelectMany(file => RoleText.Split(TextFile.Lines(file), file, errors));
            var roles = parts.GroupBy(part => part.Client, StringComparer.Ordinal).OrderBy(role => role.Key, StringComparer.Ordinal);
            texts = [.. roles.Select(role => new ClientText(role.Key, string.Concat(role.Select(part => part.Text))))];
            errors.ThrowIfAny();
            texts = RoleText.Keep(texts, data.Text.RoleCharacters, errors);
        }
        else
        {
            if (!Directory.Exists(path)) return RunningText.Create([new("", TextFile.Read(path))], data, vocabulary, path, []);
            var (read, faults) = ClientFiles.Read(files, TextFile.Read);
            return RunningText.Create(read.ConvertAll(file => new ClientText(file.Client, file.Content)), data, vocabulary, path, faults);
        }
        errors.ThrowIfAny();
        return RunningText.Create(texts, data, vocabulary, path, []);
    }
}
