using System.Text;

namespace Federated.Core.Algorithms;

/// <summary>The tables of docs/algorithms.md, written from the catalogue. The committed page is compared with it by a test.</summary>
public static class AlgorithmTable
{
    /// <summary>The table of client halves, in Markdown, each line ended by LF.</summary>
    public static string ClientHalves()
    {
        var text = new StringBuilder("| `name` | a client's update | its keys | the client keeps | the coordinator keeps | beside the model, down | beside the update, up | source |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var info in AlgorithmCatalog.All)
            text.Append("| `").Append(info.Name).Append("` | ").AppendJoin(" | ", info.Update, info.Options, info.ClientKeeps, info.ServerKeeps, Cell(info.Down), Cell(info.Up), info.Source).Append(" |\n");
        return text.ToString();
    }

    private static string Cell(string content) => content.Length > 0 ? content : "nothing";
}
