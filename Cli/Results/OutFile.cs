using Federated.Cli.Terminal;
using Federated.Core;

namespace Federated.Cli.Results;

/// <summary>The file that a command is to write.</summary>
internal static class OutFile
{
    /// <summary>Refuses a place where a file cannot be written, or one is lost.</summary>
    /// <param name="file">Absolute.</param>
    /// <param name="force">Whether a file that is there may be replaced.</param>
    /// <exception cref="CommandException">It is a folder, it exists, or its folder does not.</exception>
    public static void CheckFree(string file, bool force)
    {
        var wrong = Directory.Exists(file) ? $"--out {file} is a folder: name a file."
            : File.Exists(file) && !force ? $"--out {file} exists: name another file, or add --force to replace it."
            : Path.GetDirectoryName(file) is { } folder && !Directory.Exists(folder) ? $"--out {file}: there is no folder {folder}."
            : null;
        if (wrong is not null) throw new CommandException(ExitCodes.Usage, wrong, remedy: "");
    }
}
