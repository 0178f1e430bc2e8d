final class Driver {
    public static void main(String[] arguments) throws java.io.IOException {
        var lines = new java.io.BufferedReader(new java.io.InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = line.split("\t", -1);
            var headers = Map.of(
                    "webhook-id", text(fields[1]), "webhook-timestamp", text(fields[2]), "webhook-signature", text(fields[3]));
            try {
                long now = Long.parseLong(fields[5]);
                String id = WebhookVerifier.verify(bytes(fields[0]), headers, List.of(text(fields[4]).split(",", -1)), now);
                System.out.println("accepted " + id);
            } catch (GeneralSecurityException error) {
                System.out.println("refused " + error.getMessage());
            }
        }
    }

    private static byte[] bytes(String field) {
        return Base64.getDecoder().decode(field);
    }

    private static String text(String field) {
        return new String(bytes(field), StandardCharsets.UTF_8);
    }
}
