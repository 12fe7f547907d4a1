import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;

/** Runs the queries of standard input, one a line, through JDBC, in binary where the driver can with --binary, and prints each row, its values between \x1f, and "--" after each query. */
public class Read {
    public static void main(String[] arguments) throws Exception {
        // a threshold of -1 asks for binary at once, 0 never
        String url = "jdbc:postgresql://127.0.0.1:" + arguments[1] + "/postgres?user=" + arguments[2] + "&prepareThreshold=" + (arguments.length > 3 ? "-1" : "0");
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        try (Connection connection = DriverManager.getConnection(url)) {
            for (String query = in.readLine(); query != null; query = in.readLine()) {
                try (PreparedStatement statement = connection.prepareStatement(query); ResultSet result = statement.executeQuery()) {
                    int columns = result.getMetaData().getColumnCount();
                    while (result.next()) {
                        StringBuilder row = new StringBuilder();
                        for (int i = 1; i <= columns; i++) {
                            Object value = result.getObject(i);
                            row.append(i > 1 ? "\u001f" : "").append(value == null ? "\\N" : value.toString());
                        }
                        out.println(row);
                    }
                }
                out.println("--");
            }
        }
        out.flush();
    }
}
