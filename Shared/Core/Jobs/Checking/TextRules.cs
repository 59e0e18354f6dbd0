using Federated.Core.Datasets;
using Federated.Core.Jobs.Reading;

namespace Federated.Core.Jobs.Checking;

/// <summary>Text has its files, and sites agree on its words.</summary>
internal static class TextRules
{
    /// <summary>Checks a data set of text.</summary>
    public static void Check(BoundJob job)
    {
        var data = job.Spec.Data;
        if (data.Name is not (TextSets.Text or TextSets.Labelled or TextSets.Leaf or TextSets.Shakespeare or TextSets.Sentences) || !job.Sound("data.text")) return;
        if (data is { Placement: Placement.Local, Text: { Tokens: TokenKind.Word, Vocabulary: null } })
            job.Report("data.text.vocabulary", "is missing; with data.placement local no site sees the words of another: give every site the same file with a word on each line.");
        if (data.Name == TextSets.Text && !data.Text.Roles && job.Written.ContainsKey("data.text.role_characters"))
            job.Report("data.text.role_characters", "has no effect without roles; remove it or set data.text.roles.");
        if (data.Text is { Vocabulary: not null, Size: not 10_000 } && job.Written.ContainsKey("data.text.size"))
            job.Report("data.text.size", "has no effect beside data.text.vocabulary, whose file decides; remove it.");
    }
}
